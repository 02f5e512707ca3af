import ExampleSupport
import Pipelines
import Synchronization

/// What an intermediary gives to the consumer.
///
/// This package needs no poisons: the stream ends behind the last element when the last of those who put in has gone, and
/// the consumer would be told. The tutorial's consumer counts them, and so does this one: each intermediary, told of the
/// end of its own stream, says so in a last message.
enum Message: Sendable {
    case work(Int, from: String)
    case poison(from: String)
}

/// Who works, each at a pace of his own. Every worker of the stage becomes one of them.
final class Crew: Sendable {
    let count: Int
    private let second: Duration
    private let free: Mutex<[(name: String, seconds: Int)]>

    init(_ members: [(name: String, seconds: Int)], second: Duration) {
        count = members.count
        self.second = second
        free = Mutex(members.reversed())
    }

    func next(in pipeline: Pipeline) throws -> Intermediary {
        let (name, seconds) = free.withLock { $0.removeLast() }
        return Intermediary(name: name, seconds: seconds, second: second, nap: try Nap(of: pipeline))
    }
}

struct Intermediary: ~Copyable {
    let name: String
    let seconds: Int
    fileprivate let second: Duration
    fileprivate var nap: Nap

    mutating func work() throws { try nap.take(second * seconds) }
}
