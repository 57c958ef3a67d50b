//! What the estate consists of, before its many assets are made: enough to make them anywhere.

use entity::{
    id::RefreshCycleId,
    inventory::{hardware_model, manufacturer, rack, site, vendor},
};

use super::{
    dice::{Sequence, shares},
    eleven,
    hardware::Catalogue,
    lifecycle::Choice,
    racks::{self, Frame},
    sites::{self, Place, Vendors},
    support::Cover,
};
use crate::error::Result;

/// Of a thousand assets so many are endpoints.
const ENDPOINTS: u32 = 600;

/// What assets are made from.
#[derive(Debug)]
pub(super) struct Estate {
    pub seed: u64,
    pub vendors: Vendors,
    pub catalogue: Catalogue,
    /// Sites with their racks and how many assets each has.
    pub holdings: Vec<Holding>,
    /// The support contracts of each division, and what they cover.
    pub support: Vec<Cover>,
    /// The refresh cycles, and the assets that they replace.
    pub cycles: Vec<(RefreshCycleId, Choice)>,
}

/// What stands at a site.
#[derive(Debug)]
pub(super) struct Holding {
    pub place: Place,
    pub frames: Vec<Frame>,
    pub endpoints: u32,
}

/// The rows that are few.
#[derive(Debug)]
pub(super) struct Rows {
    pub vendors: Vec<vendor::ActiveModel>,
    pub manufacturers: Vec<manufacturer::ActiveModel>,
    pub models: Vec<hardware_model::ActiveModel>,
    pub sites: Vec<site::ActiveModel>,
    pub racks: Vec<rack::ActiveModel>,
}

impl Estate {
    /// The estate with so many assets in each of its divisions, the rows of all that assets refer to, and the source
    /// of further ids.
    pub(super) fn plan(seed: u64, sizes: &[u32]) -> Result<(Self, Rows, Sequence)> {
        let mut ids = Sequence::of(seed, eleven());
        let (vendors, vendor_rows) = Vendors::plan(&mut ids)?;
        let catalogue = Catalogue::plan(&mut ids)?;
        let places = sites::places(u32::try_from(sizes.len()).unwrap_or(u32::MAX), &mut ids)?;
        let holdings = hold(&places, sizes, &mut ids);
        let rows = Rows {
            vendors: vendor_rows,
            manufacturers: catalogue.manufacturers(),
            models: catalogue.rows()?,
            sites: holdings.iter().map(|holding| sites::row(&holding.place)).collect(),
            racks: holdings
                .iter()
                .flat_map(|holding| holding.frames.iter().map(|frame| racks::row(&holding.place, frame)))
                .collect(),
        };
        let estate = Self { seed, vendors, catalogue, holdings, support: Vec::new(), cycles: Vec::new() };
        Ok((estate, rows, ids))
    }

    /// The site of the first division with a code.
    pub(super) fn place(&self, code: &str, division: u32) -> Option<&Place> {
        let found =
            self.holdings.iter().find(|it| it.place.division == division && it.place.like.code == code);
        found.map(|holding| &holding.place)
    }
}

/// Divides the assets among divisions, and within each among endpoints and the rest, and among its sites.
fn hold(places: &[Place], sizes: &[u32], ids: &mut Sequence) -> Vec<Holding> {
    let mut holdings = Vec::with_capacity(places.len());
    for (division, assets) in (0_u32..).zip(sizes.iter().copied()) {
        let own: Vec<&Place> = places.iter().filter(|place| place.division == division).collect();
        let kinds = shares(assets, &[ENDPOINTS, 1000 - ENDPOINTS]);
        let weights = |of: fn(&Place) -> u32| own.iter().map(|place| of(place)).collect::<Vec<_>>();
        let endpoints = shares(kinds[0], &weights(|place| place.like.endpoints));
        let others = shares(kinds[1], &weights(|place| place.like.infrastructure));
        for ((place, endpoints), others) in own.into_iter().zip(endpoints).zip(others) {
            let frames = racks::frames(place, others, ids);
            holdings.push(Holding { place: place.clone(), frames, endpoints });
        }
    }
    holdings
}
