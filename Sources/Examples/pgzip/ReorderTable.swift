/// Blocks that came before their turn.
///
/// With as many places as there are blocks, no two need the same one: those under way have consecutive numbers from
/// the next to be written on, so they differ modulo the number of places.
@safe
struct ReorderTable: ~Copyable {
    // SAFETY: owned by this value from init to deinit; every place is initialized all the time.
    private let places: UnsafeMutableBufferPointer<Block?>
    private var turn = 0

    init(capacity: Int) {
        unsafe places = .allocate(capacity: capacity)
        for index in 0..<capacity { unsafe places.initializeElement(at: index, to: nil) }
    }

    deinit {
        unsafe places.deinitialize()
        unsafe places.deallocate()
    }

    mutating func insert(_ block: consuming Block) {
        let place = unsafe block.number % places.count
        let isFree = unsafe places[place] == nil
        precondition(isFree && block.number >= turn, "block \(block.number) came where block \(turn) is next")
        unsafe places[place] = consume block
    }

    /// The block whose turn it is, if it has come.
    mutating func next() -> Block? {
        guard let block = unsafe places[turn % places.count].take() else { return nil }
        turn += 1
        return block
    }
}
