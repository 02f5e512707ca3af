//! Tells the program the versions of the libraries that it measures: those built, not those asked for.

use std::{env, fs, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=Cargo.lock");
    let lock = fs::read_to_string("Cargo.lock").expect("cargo writes Cargo.lock before it builds");
    for name in ["crossbeam-channel", "crossbeam-queue", "flume"] {
        let version = quoted(&lock, &format!("name = \"{name}\"\nversion = "));
        println!("cargo:rustc-env=VERSION_{}={version}", name.replace('-', "_"));
    }
    let rustc = env::var("RUSTC").expect("cargo sets RUSTC");
    let answer = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let words = String::from_utf8(answer.stdout).expect("rustc writes UTF-8");
    println!("cargo:rustc-env=VERSION_rustc={}", words.split(' ').nth(1).expect("rustc names its version"));
}

/// The text in quotes after the first `key`.
fn quoted<'a>(text: &'a str, key: &str) -> &'a str {
    let (_, rest) = text.split_once(key).expect("each dependency is in Cargo.lock");
    rest.split('"').nth(1).expect("versions are in quotes")
}
