import ExampleSupport
import Pipelines
import Synchronization

struct Notification: Sendable, CustomStringConvertible {
    let number: Int
    var description: String { "notification \(number)" }
}

struct Unreachable: Error, CustomStringConvertible {
    let description = "unreachable"
}

extension Push {
    typealias Branch = (consuming Flow<Notification, SingleWorker, RingKinds>) -> Pipeline

    func quickDevice(_ name: String) -> Branch {
        { flow in
            flow.sink(
                name, state: { 0 }, end: { count in try say("\(name) has got \(count)") },
                body: { count, notification in
                    try say("\(name) gets \(notification)")
                    count += 1
                })
        }
    }

    /// If there is no room for a notification, the publisher does not wait: the device misses it.
    func slowDevice(_ name: String, of pipeline: Pipeline) -> Branch {
        let missed = Missed()
        return { [room, slow] flow in
            flow.sink(
                name, options: StageOptions(capacity: room, whenFull: .refuse),
                undelivered: { notification in missed.note(notification, name) },
                state: { SlowDevice(nap: try Nap(of: pipeline)) },
                end: { device in try say("\(name) has got \(device.count) and missed \(missed.count)") },
                body: { device, notification in
                    try device.nap.take(.milliseconds(slow))
                    try say("\(name) gets \(notification)")
                    device.count += 1
                })
        }
    }

    /// Retries take time: there is room for all notifications, so that no other stage waits for this device.
    func deadDevice(_ name: String, _ onError: OnError<Notification>) -> Branch {
        { [notifications] flow in
            flow.sink(name, onError: onError, options: StageOptions(capacity: notifications)) { _ in
                throw Unreachable()
            }
        }
    }
}

private struct SlowDevice: ~Copyable {
    var nap: Nap
    var count = 0
}

/// Counted by the publisher's thread, reported by the device's.
private final class Missed: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .acquiring) }

    func note(_ notification: Notification, _ name: String) {
        number.add(1, ordering: .acquiringAndReleasing)
        try? say("\(name) misses \(notification)")
    }
}
