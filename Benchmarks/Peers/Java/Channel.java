/** A queue under test as the shapes see it. Each thread has an end of its own, made before any thread starts. */
abstract class Channel {
    abstract Sender sender();

    abstract Receiver receiver();
}
