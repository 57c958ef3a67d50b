use crate::import::{CsvOptions, Format, Parsed, Source, parse};

fn read(files: &[(&str, &str)]) -> Parsed {
    let sources: Vec<_> = files
        .iter()
        .map(|(name, text)| Source { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() })
        .collect();
    parse(Format::Netbox, &sources, &CsvOptions::default())
}

fn messages(parsed: &Parsed) -> Vec<String> {
    parsed.problems.iter().map(ToString::to_string).collect()
}

const SITE: (&str, &str) = (
    "dcim_site.csv",
    "id,name,slug,status,region_id,group_id,time_zone\n1,Frankfurt,fra1,active,,,Europe/Berlin\n",
);
const MAKER: (&str, &str) = ("dcim_manufacturer.csv", "id,name,slug\n1,Dell,dell\n");
const MODEL: (&str, &str) = (
    "dcim_devicetype.csv",
    "id,model,slug,u_height,is_full_depth,subdevice_role,manufacturer_id,weight,weight_unit\n\
     1,R650,r650,1.0,t,,1,21.9,kg\n2,M1000e,m1000e,10.0,t,parent,1,,\n3,M640,m640,0.0,f,child,1,,\n4,X,x,1.3,t,,9,,\n",
);
const ROLE: (&str, &str) = ("dcim_devicerole.csv", "id,name,slug\n1,Database Server,database-server\n");
const RACK: (&str, &str) = (
    "dcim_rack.csv",
    "id,name,status,u_height,desc_units,starting_unit,site_id,location_id,max_weight,weight_unit\n\
     1,A01,active,42,f,1,1,,1000,kg\n2,A02,available,42,t,1,1,,,\n3,A03,planned,42,f,3,1,,,\n4,A01,strange,42,f,1,1,7,,\n5,B,active,42,f,1,9,,,\n",
);

#[test]
fn devices_are_placed_and_their_faults_are_named() {
    let devices = "id,name,serial,asset_tag,position,face,status,role_id,device_type_id,rack_id,site_id,virtual_chassis_id,vc_position\n\
        1,db1,S1,T1,10.5,front,active,1,1,1,1,,\n\
        2,chassis,,,42.0,rear,failed,1,2,2,1,,\n\
        3,blade,,,,,staged,1,3,2,1,,\n\
        4,lost,,,,,active,1,77,1,1,,\n\
        5,,,,5.0,front,decommissioning,1,1,3,1,1,2\n\
        6,nowhere,,,,,inventory,1,1,88,1,,\n\
        7,bare,,,,,offline,99,1,,,,\n\
        8,twin,,T1,,,planned,1,1,,1,,\n\
        9,odd,N/A,,1.3,side,broken,1,1,1,1,,\n";
    let bays = "id,name,device_id,installed_device_id\n1,Bay 1,2,3\n2,Bay 2,2,\n";
    let chassis = ("dcim_virtualchassis.csv", "id,name\n1,stack\n");
    let parsed = read(&[
        SITE,
        MAKER,
        MODEL,
        ROLE,
        RACK,
        chassis,
        ("dcim_devicebay.csv", bays),
        ("dcim_device.csv", devices),
    ]);
    let assets: Vec<_> = parsed
        .records
        .assets
        .iter()
        .map(|asset| {
            (
                asset.tag.as_str(),
                asset.name.as_deref().unwrap_or(""),
                asset.status.as_deref().unwrap_or(""),
                asset.rack.as_ref().map_or("", |rack| rack.name.as_str()),
                asset.position_half_units,
                asset.parent.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        assets,
        [
            ("T1", "db1", "IN_SERVICE", "A01", Some(21), None),
            // Unit 42 of a rack that is counted from the top is its lowest; of ten units it cannot be.
            ("netbox-2", "chassis", "MAINTENANCE", "A02", None, None),
            ("netbox-3", "blade", "IN_STOCK", "A02", None, Some("netbox-2")),
            // A rack that is labelled from 3: unit 5 is the third.
            ("netbox-5", "stack:2", "RETIRED", "A03", Some(6), None),
            ("netbox-6", "nowhere", "IN_STOCK", "", None, None),
            ("netbox-9", "odd", "", "A01", None, None),
        ]
    );
    let device_problems: Vec<_> =
        messages(&parsed).into_iter().filter(|message| message.starts_with("dcim_device.csv")).collect();
    assert_eq!(
        device_problems,
        [
            "dcim_device.csv: note: 5 devices have no asset tag and are tagged netbox-<id>",
            "dcim_device.csv:3: warning: position: '42.0' is outside of the rack: read as not given",
            "dcim_device.csv:5: error: device_type: '77' is not a row of dcim_devicetype",
            "dcim_device.csv:7: warning: rack: '88' is not a row of dcim_rack",
            "dcim_device.csv:8: warning: role: '99' is not a row of dcim_devicerole",
            "dcim_device.csv:8: error: site is empty, which names a row of dcim_site",
            "dcim_device.csv:9: error: asset_tag: 'T1' asset tag stands on line 2 before",
            "dcim_device.csv:10: warning: position: '1.3' is not a multiple of 0.5 from 0.5: read as not given",
            "dcim_device.csv:10: warning: face: 'side' is not one of front, rear: read as not given",
            "dcim_device.csv:10: warning: status: 'broken' is not a known status: left out",
        ]
    );
}

#[test]
fn models_and_racks_are_read_with_their_faults() {
    let parsed = read(&[SITE, MAKER, MODEL, RACK]);
    let models: Vec<_> = parsed
        .records
        .hardware_models
        .iter()
        .map(|model| {
            (model.key.name.as_str(), model.kind.as_deref(), model.height_half_units, model.weight_grams)
        })
        .collect();
    assert_eq!(
        models,
        [
            ("R650", None, Some(2), Some(21_900)),
            ("M1000e", Some("CHASSIS"), Some(20), None),
            ("M640", Some("BLADE"), Some(0), None),
        ]
    );
    let racks: Vec<_> = parsed.records.racks.iter().map(|rack| rack.key.name.as_str()).collect();
    assert_eq!(racks, ["A01", "A02", "A03", "A01 (netbox-4)"]);
    assert_eq!(parsed.records.racks[0].weight_limit_grams, Some(1_000_000));
    assert_eq!(
        messages(&parsed),
        [
            "dcim_devicetype.csv:5: error: manufacturer: '9' is not a row of dcim_manufacturer",
            "dcim_rack.csv:5: warning: name: 'A01' line 2 has a rack of the same name at the site: \
             this one is called 'A01 (netbox-4)'",
            "dcim_rack.csv:5: warning: location: '7' is not a row of dcim_location",
            "dcim_rack.csv:5: warning: status: 'strange' is not a known status: left out",
            "dcim_rack.csv:6: error: site: '9' is not a row of dcim_site",
        ]
    );
}

#[test]
fn a_position_counted_from_the_top_is_turned_over() {
    let device = "id,name,position,status,device_type_id,rack_id,site_id\n1,a,1.0,active,1,2,1\n2,b,42.0,active,1,2,1\n3,c,1.0,active,2,2,1\n";
    let parsed = read(&[SITE, MAKER, MODEL, RACK, ("dcim_device.csv", device)]);
    let positions: Vec<_> = parsed.records.assets.iter().map(|asset| asset.position_half_units).collect();
    // Unit 1 from the top of 42 is unit 42, unit 42 is unit 1, and ten units from the top begin in unit 33.
    assert_eq!(positions, [Some(84), Some(2), Some(66)]);
}

#[test]
fn protected_power_is_the_smaller_of_a_pair() {
    let feeds = "id,name,status,type,phase,voltage,amperage,max_utilization,rack_id\n\
        1,A1,active,primary,single-phase,208,30,80,1\n\
        2,B1,active,redundant,single-phase,208,20,80,1\n\
        3,A1,active,primary,three-phase,415,32,100,2\n\
        4,B1,active,redundant,three-phase,415,32,100,2\n\
        5,A2,active,primary,single-phase,-48,100,,2\n\
        6,B2,active,redundant,single-phase,-48,100,,2\n\
        7,A1,active,primary,single-phase,208,30,80,3\n\
        8,B1,failed,redundant,single-phase,208,30,80,3\n\
        9,A1,active,primary,single-phase,x,30,80,4\n";
    let parsed = read(&[SITE, RACK, ("dcim_powerfeed.csv", feeds)]);
    let watts: Vec<_> = parsed.records.racks.iter().map(|rack| rack.protected_power_watts).collect();
    assert_eq!(watts, [Some(3_328), Some(23_001 + 3_840), None, None]);
    let problems = messages(&parsed);
    let factor = "dcim_powerfeed.csv: note: power feeds are rated in volt-amperes: \
                  the protected watts of 2 racks take a power factor of 1";
    assert!(problems.contains(&factor.to_owned()), "{problems:?}");
    let unpaired = "dcim_rack.csv:4: warning: rack has 1 primary and 0 redundant power feeds: those without a partner protect nothing";
    assert!(problems.contains(&unpaired.to_owned()), "{problems:?}");
    let unread = "dcim_powerfeed.csv:10: warning: voltage, amperage or max_utilization is no whole number";
    assert!(problems.contains(&unread.to_owned()), "{problems:?}");
}

#[test]
fn machines_belong_to_an_account_of_their_clusters_type() {
    let machines = "id,name,status,vcpus,memory,disk,cluster_id,tenant_id,site_id,serial\n\
        1,web,active,4.00,8192,100000,1,1,,\n2,web,active,,,,2,,,\n3,lone,active,,,,,,1,\n4,none,active,-1,,,,,,\n";
    let parsed = read(&[
        SITE,
        ("virtualization_virtualmachine.csv", machines),
        ("virtualization_cluster.csv", "id,name,type_id,_site_id\n1,prod,1,1\n2,lab,1,\n"),
        ("virtualization_clustertype.csv", "id,name,slug\n1,Amazon Web Services,amazon-web-services\n"),
        ("tenancy_tenant.csv", "id,name\n1,Finance\n"),
    ]);
    let accounts: Vec<_> = parsed
        .records
        .provider_accounts
        .iter()
        .map(|account| (account.key.provider.as_str(), account.key.account_number.as_str()))
        .collect();
    assert_eq!(
        accounts,
        [("AWS", "netbox-amazon-web-services"), ("OTHER", "netbox-fra1"), ("OTHER", "netbox-unassigned")]
    );
    let workloads = &parsed.records.workloads;
    let names: Vec<_> = workloads.iter().map(|workload| workload.name.as_str()).collect();
    assert_eq!(names, ["web", "web (netbox-2)", "lone", "none"]);
    let first = &workloads[0];
    let size = |size: Option<rust_decimal::Decimal>| size.map(|size| size.to_string()).unwrap_or_default();
    assert_eq!([size(first.vcpu), size(first.memory_gib), size(first.storage_gib)], ["4", "8", "93.132"]);
    assert_eq!((first.region.as_deref(), first.site.as_deref()), (Some("prod"), Some("fra1")));
    assert_eq!(first.owner.as_deref(), Some("Finance"));
    assert_eq!(workloads[3].vcpu, None);
}

#[test]
fn a_site_takes_what_its_region_and_group_tell() {
    let regions = "id,name,parent_id\n1,Europe,\n2,Germany,1\n3,Hessen,2\n4,Ring,5\n5,Ring too,4\n";
    let sites = "id,name,slug,status,region_id,group_id,physical_address\n\
        1,FRA,fra1,active,3,1,\n2,BER,ber1,retired,2,,\"Main St 1\r\nTroy, NY 12180\"\n3,RNG,rng1,active,4,,\n";
    let parsed = read(&[
        ("x/dcim_site.csv", sites),
        ("x/dcim_region.csv", regions),
        ("x/dcim_sitegroup.csv", "id,name,parent_id\n1,Frankfurt,2\n2,Data Centers Colo,\n"),
    ]);
    let [frankfurt, berlin, ring] = parsed.records.sites.as_slice() else { panic!("three sites") };
    assert_eq!(frankfurt.kind.as_deref(), Some("COLOCATION"));
    assert_eq!((frankfurt.region.as_deref(), frankfurt.country.as_deref()), (Some("Hessen"), Some("DE")));
    assert_eq!((berlin.region.as_deref(), berlin.country.as_deref()), (Some("NY"), Some("DE")));
    assert_eq!(berlin.status.as_deref(), Some("CLOSED"));
    assert_eq!(ring.region.as_deref(), Some("Ring"));
}

#[test]
fn files_that_are_not_of_netbox_are_named() {
    let parsed = read(&[
        ("readme.csv", "a\n1"),
        ("ipam_vlan.csv", "not read at all"),
        ("dcim_site.csv", "name\nx"),
        (
            "dump.json",
            "[{\"model\": \"dcim.site\"}, 5, {\"model\": \"dcim.site\", \"pk\": 1, \"fields\": {\"name\": \"A\"}}]",
        ),
        ("cut.json", "[{\"model\": \"dcim"),
    ]);
    assert_eq!(parsed.records.sites.len(), 1);
    let problems = messages(&parsed);
    assert_eq!(
        problems[..4],
        [
            "readme.csv: warning: file is not named for a table of NetBox (dcim_site.csv) nor .json and is not read",
            "dcim_site.csv:1: error: column 'id' is missing",
            "dump.json:1: error: object has no model, pk and fields: it is not of a NetBox dump",
            "dump.json:2: error: object has no model, pk and fields: it is not of a NetBox dump",
        ]
    );
    assert!(problems[4].starts_with("cut.json: error: file is not a complete JSON list of objects: EOF"));
}

#[test]
fn power_follows_the_cables_of_power_ports() {
    let devices = "id,name,asset_tag,status,role_id,device_type_id,rack_id,site_id\n\
        1,db1,T1,active,1,1,1,1\n2,pdu,T2,active,1,1,1,1\n3,one,T3,active,1,1,1,1\n4,old,T4,decommissioning,1,1,1,1\n";
    let feeds = "id,name,status,type,phase,voltage,amperage,max_utilization,rack_id,power_panel_id,cable_id\n\
        1,A,active,primary,single-phase,208,30,80,1,1,11\n2,A,planned,redundant,single-phase,208,30,80,,1,12\n\
        3,B,active,redundant,single-phase,208,30,80,,9,\n";
    let ports = "id,name,device_id,cable_id\n1,PSU0,1,11\n2,PSU1,1,13\n3,IN,2,12\n4,PSU0,3,14\n5,PSU1,3,\n6,IN,3,15\n";
    let outlets = "id,name,device_id,cable_id\n1,Outlet 1,2,13\n2,Outlet 2,2,14\n3,Outlet,4,15\n";
    let parsed = read(&[
        SITE,
        MAKER,
        MODEL,
        ROLE,
        RACK,
        ("dcim_device.csv", devices),
        ("dcim_powerfeed.csv", feeds),
        ("dcim_powerpanel.csv", "id,name,site_id\n1,Panel,1\n"),
        ("dcim_powerport.csv", ports),
        ("dcim_poweroutlet.csv", outlets),
    ]);
    let feeds: Vec<_> = parsed
        .records
        .power_feeds
        .iter()
        .map(|feed| (feed.site.as_str(), feed.name.as_str(), feed.side.as_deref(), feed.status.as_deref()))
        .collect();
    assert_eq!(
        feeds,
        [("fra1", "A", Some("A"), Some("ACTIVE")), ("fra1", "A (netbox-2)", Some("B"), Some("PLANNED")),]
    );
    assert_eq!(parsed.records.power_feeds[0].capacity_watts, Some(4_992));
    let left_out = "dcim_powerfeed.csv:4: warning: neither rack nor panel tell the site: left out";
    assert!(messages(&parsed).contains(&left_out.to_owned()), "{:?}", messages(&parsed));
    let edges: Vec<_> = parsed
        .records
        .dependencies
        .iter()
        .map(|edge| (edge.from.parts.join("|"), edge.to.parts.join("|"), edge.redundancy_group.as_deref()))
        .collect();
    let edge = |from: &str, to: &str, group| (from.to_owned(), to.to_owned(), group);
    assert_eq!(
        edges,
        [
            edge("T1", "T2", Some("power")),
            edge("T1", "fra1|A", Some("power")),
            edge("T2", "fra1|A (netbox-2)", None),
            // What is out of use for good gives no power.
            edge("T3", "T2", None),
        ]
    );
    let groups: Vec<_> = parsed.records.redundancy_groups.iter().map(|group| group.required_count).collect();
    assert_eq!(groups, [Some(1)], "one of two supplies is enough");
}

/// The dependencies in short: what needs, what is needed, the group or how hard.
fn edges(parsed: &Parsed) -> Vec<String> {
    let edges = parsed.records.dependencies.iter().map(|edge| {
        let how = edge.redundancy_group.as_deref().or(edge.hardness.as_deref()).unwrap_or("-");
        format!("{} {} {} {how}", edge.from.parts.join("|"), edge.kind, edge.to.parts.join("|"))
    });
    edges.collect()
}

#[test]
fn cables_of_interfaces_lead_to_the_network_and_to_carriers() {
    let roles = "id,name,slug\n1,Server,server\n2,Switch,switch\n3,Router,router\n4,Patch Panel,patch-panel\n5,Thing,thing\n";
    let models = "id,model,slug,u_height,manufacturer_id\n1,R650,r650,1,1\n2,S1,s1,1,1\n3,R1,r1,1,1\n4,P1,p1,1,1\n5,T1,t1,1,1\n";
    let devices = "id,name,asset_tag,status,role_id,device_type_id,site_id\n\
        1,web,WEB,active,1,1,1\n2,one,SW1,active,2,2,1\n3,two,SW2,active,2,2,1\n4,edge,R1,active,3,3,1\n\
        5,panel,PP,active,4,4,1\n6,old,OLD,decommissioning,2,2,1\n7,thing,THING,active,5,5,1\n";
    // The server has both switches and the old one; the switches each other and, through panels, the router.
    let interfaces = "id,name,device_id,cable_id,cable_end,mgmt_only\n\
        1,eth0,1,1,A,f\n2,eth1,1,2,A,f\n3,ipmi,1,3,A,t\n4,p1,2,1,B,f\n5,p1,3,2,B,f\n6,p2,6,3,B,f\n\
        7,p2,2,4,A,f\n8,p2,3,4,B,f\n9,up,2,5,A,f\n10,lan,4,7,B,f\n11,wan1,4,8,A,f\n12,wan2,4,9,A,f\n13,wan3,4,10,A,f\n\
        14,x,7,11,A,f\n15,p3,3,11,B,f\n16,bmc,1,12,A,t\n17,p4,3,12,B,f\n18,loop,2,,,f\n";
    let fronts = "id,name,device_id,cable_id,cable_end,rear_port_id,rear_port_position\n1,1,5,5,B,1,2\n2,1,5,7,A,2,2\n3,2,5,,,2,1\n";
    let rears = "id,name,device_id,cable_id,cable_end,positions\n1,trunk,5,6,A,2\n2,trunk,5,6,B,2\n";
    let terminations = "id,circuit_id,cable_id,cable_end,term_side\n1,1,8,B,A\n2,2,9,B,A\n3,3,10,B,A\n";
    let cables: String = (1..=13).map(|id| format!("{id},connected\n")).collect();
    let cables = format!("id,status\n{cables}");
    let parsed = read(&[
        SITE,
        MAKER,
        ("dcim_devicetype.csv", models),
        ("dcim_devicerole.csv", roles),
        ("dcim_device.csv", devices),
        ("dcim_interface.csv", interfaces),
        ("dcim_frontport.csv", fronts),
        ("dcim_rearport.csv", rears),
        ("dcim_cable.csv", &cables),
        ("circuits_provider.csv", "id,name,slug\n1,Blue,blue\n2,Red,red\n"),
        (
            "circuits_circuit.csv",
            "id,cid,status,provider_id\n1,A-1,active,1\n2,B-1,active,2\n3,C-1,decommissioned,2\n",
        ),
        ("circuits_circuittermination.csv", terminations),
    ]);
    assert_eq!(
        edges(&parsed),
        [
            "R1 CONNECTS_VIA blue carriers",
            "R1 CONNECTS_VIA red carriers",
            // Two switches lose something by each other, and are down by neither.
            "SW1 CONNECTS_VIA R1 -",
            "SW1 CONNECTS_VIA SW2 SOFT",
            "SW2 CONNECTS_VIA SW1 SOFT",
            // Nobody knows what it is.
            "THING CONNECTS_VIA SW2 SOFT",
            // One by its management alone, too, which changes nothing.
            "WEB CONNECTS_VIA SW1 network",
            "WEB CONNECTS_VIA SW2 network",
        ]
    );
    let groups = parsed.records.redundancy_groups.iter();
    let groups: Vec<_> = groups.map(|group| (group.name.as_str(), group.required_count)).collect();
    assert_eq!(groups, [("carriers", Some(1)), ("network", Some(1))]);
    // To what is out of use, of a circuit that is gone, and to nothing.
    let left_out = "dcim_cable.csv: note: 3 of 13 cables are no dependency: an end of theirs is not on record, not in \
                    use, or is no interface, circuit or power port";
    assert!(messages(&parsed).contains(&left_out.to_owned()), "{:?}", messages(&parsed));
}

#[test]
fn panels_that_are_cabled_in_a_ring_lead_nowhere() {
    let devices = "id,name,asset_tag,status,role_id,device_type_id,site_id\n1,one,T1,active,1,1,1\n2,panel,T2,active,1,1,1\n";
    let parsed = read(&[
        SITE,
        MAKER,
        MODEL,
        ROLE,
        ("dcim_device.csv", devices),
        ("dcim_interface.csv", "id,name,device_id,cable_id\n1,eth0,1,1\n"),
        (
            "dcim_frontport.csv",
            "id,name,device_id,cable_id,rear_port_id,rear_port_position\n1,1,2,1,1,1\n2,2,2,2,2,1\n3,3,2,2,3,1\n",
        ),
        ("dcim_rearport.csv", "id,name,device_id,cable_id\n1,a,2,3\n2,b,2,3\n3,c,2,3\n"),
    ]);
    assert_eq!(edges(&parsed), [""; 0]);
}
