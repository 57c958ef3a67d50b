//! Puts the files of the GraphiQL page into the binary, so that the page works without the internet.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "cargo tells a build script where to write through the environment, and listens to what it prints"
)]

use std::{env, fs, path::Path};

/// Where `make setup` puts each file, and the name that the server gives it.
const FILES: [(&str, &str); 4] = [
    ("react/umd/react.production.min.js", "react.js"),
    ("react-dom/umd/react-dom.production.min.js", "react-dom.js"),
    ("graphiql/graphiql.min.js", "graphiql.js"),
    ("graphiql/graphiql.min.css", "graphiql.css"),
];

fn main() -> std::io::Result<()> {
    // npm writes this last; the files themselves bear dates from long ago.
    println!("cargo::rerun-if-changed=graphiql/node_modules/.package-lock.json");
    let out = env::var("OUT_DIR").map_err(std::io::Error::other)?;
    for (source, name) in FILES {
        let source = Path::new("graphiql/node_modules").join(source);
        let target = Path::new(&out).join(name);
        if source.exists() {
            fs::copy(&source, &target)?;
        } else {
            println!("cargo::warning=the GraphiQL page lacks {name}: run `make setup`, then build again");
            fs::write(&target, [])?;
        }
    }
    Ok(())
}
