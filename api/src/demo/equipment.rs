//! What stands where: racks full of equipment, and what people have on their desks.

use entity::{
    id::AssetId,
    inventory::{asset::RackFace, environment::Environment, site::SiteKind},
};

use super::{
    assets::{Made, Maker, Outlet, Spot, Wish},
    dice::Sequence,
    estate::{Estate, Holding},
    hardware::Family,
    racks::{self, Frame, Mount, Purpose, Units},
    sites::Place,
};
use crate::error::Result;

/// How many of a thousand servers and their like entered service in each of the last seven years.
const INFRASTRUCTURE_BY_YEAR: [i32; 7] = [185, 190, 195, 195, 165, 55, 15];
/// The same for what people use.
const ENDPOINTS_BY_YEAR: [i32; 5] = [265, 265, 255, 190, 25];

/// What people have in offices, and how many of a hundred.
const OFFICE: [(&str, i32); 6] =
    [("laptop", 52), ("laptop-design", 6), ("desktop", 14), ("phone", 13), ("mobile", 9), ("printer", 6)];
/// What people have where goods are moved and machines stand.
const FLOOR: [(&str, i32); 4] = [("desktop", 35), ("label-printer", 35), ("phone", 20), ("laptop", 10)];

const DEPARTMENTS: [&str; 8] = [
    "Sales",
    "Supply Chain",
    "Finance",
    "Human Resources",
    "Marketing",
    "Manufacturing",
    "Quality Assurance",
    "Information Technology",
];

/// Makes every asset of the estate.
pub(super) fn make(estate: &Estate, ids: Sequence, outlet: Outlet<'_>) -> Result<Made> {
    let mut maker = Maker::new(estate, ids, outlet);
    for holding in &estate.holdings {
        for frame in &holding.frames {
            fill(&mut maker, estate, holding, frame)?;
        }
        furnish(&mut maker, estate, holding)?;
    }
    maker.finish()
}

/// Fills a rack.
fn fill<'a>(maker: &mut Maker<'a>, estate: &'a Estate, holding: &'a Holding, frame: &Frame) -> Result<()> {
    let place = &holding.place;
    let pieces = racks::pieces(frame.purpose, &place.like, &estate.catalogue)?;
    let mut units = Units::of(place);
    let mut chassis: Option<AssetId> = None;
    // What is in a rack came with it, for the most part.
    let usual = infrastructure_age(maker, place);
    let owner = owner(frame.purpose);
    for (number, (family, mount)) in pieces.into_iter().take(frame.assets).enumerate() {
        let age = if maker.dice.happens(800) { usual } else { infrastructure_age(maker, place) };
        let environment = environment(maker, place, frame.purpose);
        let spot = match mount {
            Mount::Loose => Spot::default(),
            Mount::Chassis => Spot { rack: Some(frame.id), parent: chassis, ..Spot::default() },
            Mount::Beside => Spot { rack: Some(frame.id), face: Some(RackFace::Rear), ..Spot::default() },
            Mount::Low | Mount::High => {
                let position = units.take(estate.catalogue.tallest(family), mount);
                Spot { rack: Some(frame.id), position, face: position.map(|_| RackFace::Front), parent: None }
            }
        };
        let wish = Wish {
            place,
            family,
            name: format!("{}-{}-{:02}", place.code, frame.name, number + 1).to_lowercase(),
            age,
            owner,
            environment,
            spot,
            is_fixed: frame.purpose == Purpose::Blades,
            is_leased: false,
        };
        let (id, model) = maker.make(&wish)?;
        if model.family == "chassis" {
            chassis = Some(id);
        }
    }
    Ok(())
}

/// Gives people what they work with.
fn furnish<'a>(maker: &mut Maker<'a>, estate: &'a Estate, holding: &'a Holding) -> Result<()> {
    let place = &holding.place;
    let things: &[(&str, i32)] = if place.like.kind == SiteKind::Office { &OFFICE } else { &FLOOR };
    let mut families: Vec<Family> = Vec::new();
    for (name, _) in things {
        let name = if *name == "laptop" && place.like.brand == "lenovo" { "laptop-lenovo" } else { name };
        families.push(estate.catalogue.family(name)?);
    }
    let weights: Vec<i32> = things.iter().map(|(_, weight)| *weight).collect();
    for number in 1..=holding.endpoints {
        let thing = maker.dice.weighted(&weights);
        let (name, _) = things[thing];
        let most = if name == "mobile" { 2 } else { ENDPOINTS_BY_YEAR.len() };
        let year = maker.dice.weighted(&ENDPOINTS_BY_YEAR[..most]);
        let wish = Wish {
            place,
            family: families[thing],
            name: format!("{}-{name}-{number:04}", place.code).to_lowercase(),
            age: months(maker, year),
            owner: maker.dice.pick(&DEPARTMENTS),
            environment: Environment::Production,
            spot: Spot::default(),
            is_fixed: false,
            is_leased: name == "laptop" && maker.dice.happens(70),
        };
        maker.make(&wish)?;
    }
    Ok(())
}

fn infrastructure_age(maker: &mut Maker<'_>, place: &Place) -> i32 {
    if place.like.ageing {
        // Nothing was bought once it was clear that the site would be left.
        return maker.dice.between(26, 56);
    }
    let year = maker.dice.weighted(&INFRASTRUCTURE_BY_YEAR);
    months(maker, year)
}

/// A number of months that ends the given whole years ago or within the twelve months before.
fn months(maker: &mut Maker<'_>, year: usize) -> i32 {
    i32::try_from(year).unwrap_or(0) * 12 + maker.dice.between(0, 11)
}

fn environment(maker: &mut Maker<'_>, place: &Place, purpose: Purpose) -> Environment {
    use Environment as E;
    if matches!(purpose, Purpose::Network | Purpose::Closet) {
        return E::Production;
    }
    let weights = if place.like.code.starts_with("DFW") { [20, 70, 4, 3, 3] } else { [70, 4, 9, 9, 8] };
    [E::Production, E::DisasterRecovery, E::Staging, E::Test, E::Development][maker.dice.weighted(&weights)]
}

fn owner(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Compute | Purpose::Blades => "Platform Engineering",
        Purpose::Arrays => "Storage and Backup",
        Purpose::Network => "Network Operations",
        Purpose::Closet => "Workplace Services",
    }
}
