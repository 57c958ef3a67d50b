//! The `plinth` binary.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Room for the resolvers of a query that asks for everything there is, several levels deep.
const STACK_OF_A_THREAD: usize = 16 << 20;

fn main() -> std::process::ExitCode {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    match runtime.enable_all().thread_stack_size(STACK_OF_A_THREAD).build() {
        Ok(runtime) => runtime.block_on(api::cli::run()),
        Err(cause) => api::cli::not_started(&cause),
    }
}
