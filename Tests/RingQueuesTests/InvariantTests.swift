import CRings
import TestSupport
import Testing

#if DEBUG
    /// A debug build checks the invariants of the rings, and ends the process when one does not hold.
    @Suite struct InvariantTests {
        @Test func leavingWithoutAnnouncementEndsTheProcess() async throws {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                var event = unsafe rq_event()
                var relied = false
                unsafe rq_event_init(&event)
                _ = unsafe rq_event_leave(&event, &relied)
            }
            let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
            #expect(text.contains("this invariant does not hold: is_legal(word) && waiters(word) > 0"))
        }
    }
#endif
