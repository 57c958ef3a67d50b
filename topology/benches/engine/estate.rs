//! A generated estate: site, feed, rack, host, virtual machine, service, application, five edges an item, some circles
//! and a few items that very many need.

use topology::graph::{Draft, Group, Member, Threshold};

/// Numbers that look random and are the same on every run (Steele, Lea and Flood, 2014).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % u64::from(limit.max(1))) as u32
    }

    /// Low numbers far more often than high ones: a power law.
    fn skewed(&mut self, limit: u32) -> u32 {
        let first = self.below(limit);
        let second = self.below(first + 1);
        self.below(second + 1)
    }
}

/// Where each layer begins, and how many items there are.
pub struct Layers {
    pub feeds: u32,
    pub racks: u32,
    pub hosts: u32,
    pub machines: u32,
    pub services: u32,
    pub applications: u32,
}

impl Layers {
    pub fn of(items: u32) -> Self {
        let sites = (items / 50_000).max(3);
        let feeds = sites;
        let racks = feeds + 2 * sites * 4;
        let hosts = racks + items / 200;
        let machines = hosts + items / 10;
        let services = machines + items / 2;
        let applications = services + items / 4;
        Self { feeds, racks, hosts, machines, services, applications }
    }
}

/// The estate of so many items, in no particular order of its layers' needs, and its layers.
pub fn estate(items: u32) -> (Draft, Layers) {
    let layers = Layers::of(items);
    let mut numbers = Numbers(11);
    let mut draft = Draft::new(items);
    let group = |draft: &mut Draft, owner: u32, count: u32, nodes: Vec<u32>| {
        let mut nodes = nodes;
        nodes.sort_unstable();
        nodes.dedup();
        let members: Vec<_> = nodes.into_iter().map(|node| Member { node, capacity: 1 }).collect();
        let count = count.min(members.len() as u32).max(1);
        draft.group(Group { owner, threshold: Threshold::Count(count), members });
    };
    for feed in layers.feeds..layers.racks {
        draft.hard(feed, (feed - layers.feeds) / 8);
    }
    for rack in layers.racks..layers.hosts {
        let site = numbers.below(layers.feeds);
        let pair = layers.feeds + site * 8 + numbers.below(4) * 2;
        draft.hard(rack, site);
        group(&mut draft, rack, 1, vec![pair, pair + 1]);
    }
    let racks = layers.hosts - layers.racks;
    for host in layers.hosts..layers.machines {
        let rack = layers.racks + numbers.below(racks);
        draft.hard(host, rack);
        let others = (0..2).map(|_| layers.racks + numbers.below(racks)).chain([rack]).collect();
        group(&mut draft, host, 1, others);
    }
    let hosts = layers.machines - layers.hosts;
    for machine in layers.machines..layers.services {
        let first = layers.hosts + numbers.below(hosts);
        draft.hard(machine, first);
        // Its storage, on one of a few.
        draft.hard(machine, layers.hosts + numbers.skewed(hosts));
        let nodes = (0..3).map(|_| layers.hosts + numbers.below(hosts)).collect();
        group(&mut draft, machine, 1, nodes);
        if numbers.below(20) == 0 {
            draft.hard(machine, layers.machines + numbers.skewed((machine - layers.machines).max(1)));
        }
    }
    let machines = layers.services - layers.machines;
    for service in layers.services..layers.applications {
        let nodes = (0..3).map(|_| layers.machines + numbers.below(machines)).collect();
        group(&mut draft, service, 1 + numbers.below(2), nodes);
        for _ in 0..2 {
            draft.hard(service, layers.services + numbers.skewed((service - layers.services).max(1)));
        }
        // A few needs run the other way, so that there are circles.
        if numbers.below(500) == 0 {
            let later = service + 1 + numbers.below(layers.applications - service);
            draft.hard(service, later.min(layers.applications - 1));
        }
    }
    let services = layers.applications - layers.services;
    for application in layers.applications..items {
        for _ in 0..3 {
            draft.hard(application, layers.services + numbers.skewed(services));
        }
        let nodes = (0..2).map(|_| layers.services + numbers.below(services)).collect();
        group(&mut draft, application, 1, nodes);
        draft.soft(application, layers.services + numbers.below(services));
    }
    (draft, layers)
}
