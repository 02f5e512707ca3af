import Glibc

/// Runs `body` on a thread of its own that has `bytes` of stack, and waits until it has ended. A body that needs more
/// ends the process.
package func onStack(of bytes: Int, _ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    let status = unsafe pthread_attr_setstacksize(&attributes, bytes)
    precondition(status == 0, "a stack of \(bytes) bytes: error \(status)")
    var thread = pthread_t()
    // SAFETY: the box is retained for the thread, which takes it over.
    let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    let created = unsafe pthread_create(
        &thread, &attributes,
        {
            unsafe Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body(); return nil
        }, box)
    precondition(created == 0, "could not create a thread with \(bytes) bytes of stack: error \(created)")
    pthread_join(thread, nil)
    unsafe pthread_attr_destroy(&attributes)
}
