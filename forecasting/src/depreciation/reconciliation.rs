//! Does the register match what is there? Entries of the fixed-asset register against the assets of the inventory.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::bounded;

/// An entry of the register, or of a component. All amounts of one reconciliation are in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry<Id> {
    /// How the caller knows it.
    pub id: Id,
    /// The number on its label.
    pub tag: Option<String>,
    /// The manufacturer's serial number.
    pub serial: Option<String>,
    /// The component it stands for, if it stands for one: components of one asset share its tag and serial.
    pub component: Option<String>,
    /// Capitalised cost.
    pub cost: Decimal,
    /// Book value on the day of the reconciliation.
    pub book_value: Decimal,
    /// Whether the register has it disposed of.
    pub disposed: bool,
}

/// An asset of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryAsset<Id> {
    /// How the caller knows it.
    pub id: Id,
    /// The number on its label.
    pub tag: Option<String>,
    /// The manufacturer's serial number.
    pub serial: Option<String>,
    /// What it cost, if the inventory knows.
    pub cost: Option<Decimal>,
    /// Whether it is retired: known, but no longer there.
    pub retired: bool,
}

/// What does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mismatch {
    /// The register has value in an asset the inventory has retired: a ghost. Affects its book value.
    RetiredWithValue,
    /// In the register, nowhere in the inventory. Affects its book value.
    OnlyInRegister,
    /// In the inventory and not retired, nowhere in the register. Affects its cost, where that is known.
    OnlyInInventory,
    /// Disposed of by the register, present in the inventory. Affects the cost that was taken out.
    DisposedButPresent,
    /// Two entries of the register carry one key and the same component. Affects the cost of all but the first.
    DuplicateInRegister,
    /// Two assets of the inventory carry one key. Affects the known cost of all but the first.
    DuplicateInInventory,
    /// The tag names one asset and the serial another; the tag was believed. Affects the cost of the entry.
    ConflictingKeys,
    /// Neither tag nor serial, so that it cannot be matched. Affects the book value of an entry, the known cost of an
    /// asset.
    NoKey,
    /// The costs of register and inventory differ. Affects the difference, register less inventory.
    CostDiffers,
}

/// One thing that does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy<Register, Inventory> {
    /// What it is.
    pub mismatch: Mismatch,
    /// The entries concerned.
    pub register: Vec<Register>,
    /// The assets concerned.
    pub inventory: Vec<Inventory>,
    /// The normalised key both sides were looked up by, if there is one.
    pub key: Option<String>,
    /// The amount it affects; `None` where no cost is known.
    pub amount: Option<Decimal>,
}

/// The two-way report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation<Register, Inventory> {
    /// Entries with the asset each belongs to, in the order of the entries.
    pub matched: Vec<(Register, Inventory)>,
    /// Everything that does not match, by kind, then key, then order of input.
    pub discrepancies: Vec<Discrepancy<Register, Inventory>>,
    /// How many there are of each kind, and the amounts as far as they are known.
    pub totals: BTreeMap<Mismatch, MismatchTotal>,
}

/// Discrepancies of one kind together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MismatchTotal {
    /// How many.
    pub count: usize,
    /// The sum of what is known of their amounts.
    pub amount: Decimal,
    /// How many have no known amount.
    pub unknown: usize,
}

/// Words that stand in spreadsheets and firmware where a key is missing.
const PLACEHOLDERS: [&str; 15] = [
    "0",
    "NA",
    "NONE",
    "NULL",
    "NIL",
    "UNKNOWN",
    "UNASSIGNED",
    "NOTSPECIFIED",
    "NOTAPPLICABLE",
    "NOTAVAILABLE",
    "TBD",
    "DEFAULTSTRING",
    "SYSTEMSERIALNUMBER",
    "TOBEFILLEDBYOEM",
    "XXXX",
];

/// A tag or serial as it is compared: letters in capitals and digits only, and a number without its leading zeros,
/// which spreadsheets lose. `None` for nothing, and for words that stand for nothing.
pub fn match_key(text: &str) -> Option<String> {
    let key: String =
        text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_uppercase();
    let numeric = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let key = if numeric { format!("{:0>1}", key.trim_start_matches('0')) } else { key };
    (!key.is_empty() && !PLACEHOLDERS.contains(&key.as_str())).then_some(key)
}

/// Matches entries with assets: by tag, and by serial where no tag matches.
///
/// The report is the same for the same input, and which of several duplicates counts as the first is their order in
/// the input. An entry that is disposed of and has no asset, and a retired asset without an entry, are as they should
/// be.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] for an amount beyond the limit, [`ForecastError::Invalid`] for a negative one.
pub fn reconcile<Register: Clone, Inventory: Clone>(
    register: &[RegisterEntry<Register>],
    inventory: &[InventoryAsset<Inventory>],
) -> Result<Reconciliation<Register, Inventory>> {
    for entry in register {
        check(entry.cost, "cost")?;
        check(entry.book_value, "book_value")?;
    }
    for asset in inventory {
        check(asset.cost.unwrap_or_default(), "cost")?;
    }
    let mut matching = Matching::new(register, inventory);
    matching.match_entries();
    matching.look_at_entries();
    matching.look_at_assets();
    Ok(matching.report())
}

fn check(amount: Decimal, field: &'static str) -> Result<()> {
    if bounded(amount, field)? < Decimal::ZERO {
        return Err(ForecastError::invalid(field, &amount, "an amount is not negative"));
    }
    Ok(())
}

/// Tag and serial, normalised.
#[derive(Debug, Clone, Default)]
struct Keys {
    tag: Option<String>,
    serial: Option<String>,
}

impl Keys {
    fn of(tag: Option<&String>, serial: Option<&String>) -> Self {
        let key = |text: Option<&String>| text.and_then(|text| match_key(text));
        Self { tag: key(tag), serial: key(serial) }
    }

    fn any(&self) -> Option<String> {
        self.tag.clone().or_else(|| self.serial.clone())
    }
}

/// Whether all of these carry one and the same tag, so that what is said of the tag need not be said again.
fn share_a_tag(keys: &[Keys], positions: &[usize]) -> bool {
    let tag = |position: &usize| keys[*position].tag.as_ref();
    let first = positions.first().and_then(tag);
    first.is_some() && positions.iter().all(|position| tag(position) == first)
}

/// Something found, by positions in the input.
struct Found {
    mismatch: Mismatch,
    key: Option<String>,
    register: Vec<usize>,
    inventory: Vec<usize>,
    amount: Option<Decimal>,
}

struct Matching<'a, Register, Inventory> {
    register: &'a [RegisterEntry<Register>],
    inventory: &'a [InventoryAsset<Inventory>],
    entry_keys: Vec<Keys>,
    asset_keys: Vec<Keys>,
    /// The asset of each entry.
    asset_of: Vec<Option<usize>>,
    /// The entries of each asset.
    entries_of: Vec<Vec<usize>>,
    found: Vec<Found>,
}

impl<'a, Register: Clone, Inventory: Clone> Matching<'a, Register, Inventory> {
    fn new(register: &'a [RegisterEntry<Register>], inventory: &'a [InventoryAsset<Inventory>]) -> Self {
        Self {
            register,
            inventory,
            entry_keys: register
                .iter()
                .map(|entry| Keys::of(entry.tag.as_ref(), entry.serial.as_ref()))
                .collect(),
            asset_keys: inventory
                .iter()
                .map(|asset| Keys::of(asset.tag.as_ref(), asset.serial.as_ref()))
                .collect(),
            asset_of: vec![None; register.len()],
            entries_of: vec![Vec::new(); inventory.len()],
            found: Vec::new(),
        }
    }

    /// Finds the asset of each entry. Where several assets carry a key, one that is not retired comes before one that
    /// is, for hardware is relabelled and comes back.
    fn match_entries(&mut self) {
        let (tags, serials) = (self.index(|keys| keys.tag.as_ref()), self.index(|keys| keys.serial.as_ref()));
        for (entry, keys) in self.entry_keys.iter().enumerate() {
            let by_tag = keys.tag.as_ref().and_then(|tag| tags.get(tag)).copied();
            let by_serial = keys.serial.as_ref().and_then(|serial| serials.get(serial)).copied();
            if let (Some(by_tag), Some(by_serial)) = (by_tag, by_serial)
                && by_tag != by_serial
            {
                self.found.push(Found {
                    mismatch: Mismatch::ConflictingKeys,
                    key: keys.any(),
                    register: vec![entry],
                    inventory: vec![by_tag, by_serial],
                    amount: Some(self.register[entry].cost),
                });
            }
            self.asset_of[entry] = by_tag.or(by_serial);
        }
        for (entry, asset) in self.asset_of.iter().enumerate() {
            if let Some(asset) = asset {
                self.entries_of[*asset].push(entry);
            }
        }
    }

    fn index(&self, key: impl Fn(&Keys) -> Option<&String>) -> HashMap<String, usize> {
        let mut index: HashMap<String, usize> = HashMap::new();
        for (position, keys) in self.asset_keys.iter().enumerate() {
            let Some(key) = key(keys) else { continue };
            let first = index.entry(key.clone()).or_insert(position);
            if self.inventory[*first].retired && !self.inventory[position].retired {
                *first = position;
            }
        }
        index
    }

    fn look_at_entries(&mut self) {
        for (position, entry) in self.register.iter().enumerate() {
            let key = self.entry_keys[position].any();
            let (mismatch, amount) = match self.asset_of[position].map(|asset| &self.inventory[asset]) {
                None if key.is_none() => (Mismatch::NoKey, entry.book_value),
                None if !entry.disposed => (Mismatch::OnlyInRegister, entry.book_value),
                Some(asset) if entry.disposed && !asset.retired => (Mismatch::DisposedButPresent, entry.cost),
                Some(asset) if asset.retired && !entry.disposed && !entry.book_value.is_zero() => {
                    (Mismatch::RetiredWithValue, entry.book_value)
                }
                _ => continue,
            };
            let inventory = self.asset_of[position].into_iter().collect();
            self.found.push(Found {
                mismatch,
                key,
                register: vec![position],
                inventory,
                amount: Some(amount),
            });
        }
        self.find_duplicate_entries();
    }

    /// Entries that are not disposed of and stand for the same component of the same asset, or, where there is no
    /// asset, of the same key.
    fn find_duplicate_entries(&mut self) {
        let mut of_asset: BTreeMap<(usize, Option<String>), Vec<usize>> = BTreeMap::new();
        let mut of_tag: BTreeMap<(String, Option<String>), Vec<usize>> = BTreeMap::new();
        let mut of_serial = of_tag.clone();
        for (position, entry) in self.register.iter().enumerate().filter(|(_, entry)| !entry.disposed) {
            let component = entry.component.as_deref().and_then(match_key);
            if let Some(asset) = self.asset_of[position] {
                of_asset.entry((asset, component)).or_default().push(position);
                continue;
            }
            let keys = &self.entry_keys[position];
            for (groups, key) in [(&mut of_tag, &keys.tag), (&mut of_serial, &keys.serial)] {
                if let Some(key) = key {
                    groups.entry((key.clone(), component.clone())).or_default().push(position);
                }
            }
        }
        let by_asset =
            of_asset.into_iter().map(|((asset, _), entries)| (self.asset_keys[asset].any(), entries));
        let by_tag = of_tag.into_iter().map(|((tag, _), entries)| (Some(tag), entries));
        let by_serial = of_serial
            .into_iter()
            .map(|((serial, _), entries)| (Some(serial), entries))
            .filter(|(_, entries)| !share_a_tag(&self.entry_keys, entries));
        let duplicates: Vec<_> =
            by_asset.chain(by_tag).chain(by_serial).filter(|(_, entries)| entries.len() > 1).collect();
        for (key, register) in duplicates {
            let amount = register[1..].iter().map(|entry| self.register[*entry].cost).sum();
            let mismatch = Mismatch::DuplicateInRegister;
            self.found.push(Found { mismatch, key, register, inventory: Vec::new(), amount: Some(amount) });
        }
    }

    fn look_at_assets(&mut self) {
        for (position, asset) in self.inventory.iter().enumerate() {
            let key = self.asset_keys[position].any();
            let entries = &self.entries_of[position];
            if entries.is_empty() && !asset.retired {
                let mismatch = if key.is_none() { Mismatch::NoKey } else { Mismatch::OnlyInInventory };
                let inventory = vec![position];
                self.found.push(Found { mismatch, key, register: Vec::new(), inventory, amount: asset.cost });
                continue;
            }
            let carried: Vec<usize> =
                entries.iter().copied().filter(|entry| !self.register[*entry].disposed).collect();
            let cost: Decimal = carried.iter().map(|entry| self.register[*entry].cost).sum();
            if let Some(known) = asset.cost
                && !carried.is_empty()
                && known != cost
            {
                self.found.push(Found {
                    mismatch: Mismatch::CostDiffers,
                    key,
                    register: carried,
                    inventory: vec![position],
                    amount: Some(cost - known),
                });
            }
        }
        self.find_duplicate_assets();
    }

    /// Assets that are not retired and share a tag, or a serial and not a tag.
    fn find_duplicate_assets(&mut self) {
        let (mut of_tag, mut of_serial) = (BTreeMap::new(), BTreeMap::new());
        for (position, keys) in self.asset_keys.iter().enumerate() {
            for (groups, key) in [(&mut of_tag, &keys.tag), (&mut of_serial, &keys.serial)] {
                if let (Some(key), false) = (key, self.inventory[position].retired) {
                    groups.entry(key.clone()).or_insert_with(Vec::new).push(position);
                }
            }
        }
        of_serial.retain(|_, assets| !share_a_tag(&self.asset_keys, assets));
        for (key, assets) in of_tag.into_iter().chain(of_serial).filter(|(_, assets)| assets.len() > 1) {
            let costs: Option<Vec<Decimal>> =
                assets[1..].iter().map(|asset| self.inventory[*asset].cost).collect();
            self.found.push(Found {
                mismatch: Mismatch::DuplicateInInventory,
                key: Some(key),
                register: Vec::new(),
                inventory: assets,
                amount: costs.map(|costs| costs.into_iter().sum()),
            });
        }
    }

    fn report(mut self) -> Reconciliation<Register, Inventory> {
        self.found.sort_by(|a, b| {
            let order = |found: &Found| (found.mismatch, found.key.is_none());
            let input = |found: &Found| (found.register.first().copied(), found.inventory.first().copied());
            order(a).cmp(&order(b)).then_with(|| a.key.cmp(&b.key)).then_with(|| input(a).cmp(&input(b)))
        });
        let mut totals: BTreeMap<Mismatch, MismatchTotal> = BTreeMap::new();
        for found in &self.found {
            let total = totals.entry(found.mismatch).or_default();
            total.count += 1;
            total.amount += found.amount.unwrap_or_default();
            total.unknown += usize::from(found.amount.is_none());
        }
        let entry = |position: &usize| self.register[*position].id.clone();
        let asset = |position: &usize| self.inventory[*position].id.clone();
        let discrepancies = self
            .found
            .iter()
            .map(|found| Discrepancy {
                mismatch: found.mismatch,
                register: found.register.iter().map(entry).collect(),
                inventory: found.inventory.iter().map(asset).collect(),
                key: found.key.clone(),
                amount: found.amount,
            })
            .collect();
        let matched = self
            .asset_of
            .iter()
            .enumerate()
            .filter_map(|(position, found)| found.as_ref().map(|found| (entry(&position), asset(found))))
            .collect();
        Reconciliation { matched, discrepancies, totals }
    }
}
