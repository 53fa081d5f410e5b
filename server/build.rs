//! A new migration must be compiled in: nothing else tells cargo that the folder changed.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
