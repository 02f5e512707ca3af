/// The end that a task sends by. When the last producer of a queue goes, the stream ends.
protocol TaskProducer: ~Copyable, SendableMetatype {
    associatedtype Element: Payload

    mutating func send(_ element: Element) async
}

/// A producer that can send several elements by one call.
protocol BurstProducer: TaskProducer, ~Copyable {
    mutating func send(contentsOf elements: [Element]) async
}

/// The end that a task receives by.
protocol TaskConsumer: ~Copyable, SendableMetatype {
    associatedtype Element: Payload

    /// `nil`: the end of the stream.
    mutating func next() async -> Element?
}
