mod data;
mod learn;
use data::*;
use learn::*;
use forecasting::forecast::*;
use std::time::Instant;
fn acc() {
    let mut mean = 0.0;
    for name in ["m1_monthly", "m4_monthly_tail36_dev1143"] {
        let d = load(name).unwrap();
        let t = Instant::now();
        let (mut a, mut b) = ((0.0, 0.0), (0.0, 0.0));
        let mut others = 0; let mut warned = 0; let mut oth=(0.0,0.0,0.0,0.0); let mut sh=0; let mut cons=0;
        for s in &d {
            let q = question(&s.train, 12, s.test.len());
            let f = forecast(&q).unwrap();
            if f.method != Method::Combination { others += 1; }
            for w in &f.warnings { match w { Warning::Spikes{..} => warned += 1, Warning::Shift{..} => sh += 1, Warning::Constant => cons += 1, _ => {} } }
            let p: Vec<f64> = f.points.iter().map(|p| p.p50).collect();
            let n2 = naive2(&s.train, 12, s.test.len());
            let x = (accuracy::smape(&s.test, &p), accuracy::mase(&s.train, 12, &s.test, &p).unwrap(), accuracy::smape(&s.test, &n2), accuracy::mase(&s.train, 12, &s.test, &n2).unwrap());
            a.0 += x.0; a.1 += x.1; b.0 += x.2; b.1 += x.3;
            if f.warnings.iter().any(|w| matches!(w, Warning::Spikes{..}|Warning::Shift{..})) { oth.0 += x.0; oth.1+=x.1; oth.2+=x.2; oth.3+=x.3; }
        }
        let el = t.elapsed().as_secs_f64();
        let o = 0.5 * (a.0 / b.0 + a.1 / b.1); mean += o / 2.0;
        println!("{name} owa {o:.4} (warned ones {:.4}; spikes {warned} shifts {sh} const {cons}) others {others} {:.0}/s", 0.5*(oth.0/oth.2+oth.1/oth.3), d.len() as f64 / el);
    }
    println!("mean {mean:.4}");
}
fn judge(c: &width::Calibration, s: &[Series], label: &str) {
    for n in [24, 36, 48, 60, 96, 120] {
        let cs = cases(s, &[n]);
        if cs.is_empty() { continue; }
        let mut line = format!("{label} n={n} ({})", cs.len());
        for b in [(0,12),(12,24),(24,36)] {
            let (mut k, mut h) = (0.0, [0.0;2]);
            for c2 in &cs { for t in b.0..b.1.min(c2.test.len()) { let w = c.half_widths(&c2.evidence, t); let d = c2.evidence.distance(t, c2.test[t]); k += 1.0; for i in 0..2 { if d <= w[i] { h[i] += 1.0; } } } }
            if k > 0.0 { line += &format!("  {:.1} {:.1} |", 100.0*h[0]/k, 100.0*h[1]/k); }
        }
        println!("{line}");
    }
}
fn main() {
    acc();
    if std::env::var("COV").is_ok() {
        let m1 = load("m1_monthly").unwrap(); let m4 = load("m4_monthly_tail36_dev1143").unwrap();
        let c1 = cases(&m1, &[24,36,48,60,96,120]); let c4 = cases(&m4, &[24,36,48,60,96,120]);
        println!("{} {}", c1.len(), c4.len());
        let (l1, l4) = (learn(&c1), learn(&c4));
        let all: Vec<Case> = c1.into_iter().chain(c4).collect();
        let la = learn(&all);
        judge(&l4, &m1, "M4->M1"); judge(&l1, &m4, "M1->M4"); judge(&la, &m1, "all->M1"); judge(&la, &m4, "all->M4");
        println!("{:.3?}\n{:.3?}", l1.coefficients, l4.coefficients);
        for h in 0..4 { println!("{:.2?}", l4.multipliers[h].iter().step_by(5).collect::<Vec<_>>()); }
        for h in 0..4 { println!("{:.2?}", l1.multipliers[h].iter().step_by(5).collect::<Vec<_>>()); }
    }
}
