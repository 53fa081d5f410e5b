//! Entry of the client: replaces the static shell with the app.

fn main() {
    console_error_panic_hook::set_once();
    ruyuan_client::mount();
}
