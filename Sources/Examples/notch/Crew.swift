import ExampleSupport
import Pipelines
import Synchronization

/// A message from an intermediary to the consumer.
///
/// This package needs no poisons: the stream ends after the last element when the last producer is dropped, and the
/// consumer sees the end. The tutorial's consumer counts poisons, and so does this one: each intermediary that reaches
/// the end of its own stream says so in a last message.
enum Message: Sendable {
    case work(Int, from: String)
    case poison(from: String)
}

/// The workers, each with its own pace. Every worker of the stage becomes one of them.
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
