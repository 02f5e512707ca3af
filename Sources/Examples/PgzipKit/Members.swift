/// Reads one member after another. Passes on their contents and, after each member, how it ended.
func inflateMembers(_ source: inout ChunkSource, _ target: inout ChunkTarget) throws {
    var inflater = try Inflater()
    var chunk = try target.take()
    do {
        chunk.ending = try inflateMembers(&source, &target, &inflater, &chunk)
    } catch let problem as GzipProblem {
        chunk.ending = .problem(problem)
    } catch is NeighbourGone {
        return
    }
    try target.give(chunk)
}

private func inflateMembers(
    _ source: inout ChunkSource, _ target: inout ChunkTarget, _ inflater: inout Inflater, _ chunk: inout Chunk
) throws -> Chunk.Ending {
    var isFirst = true
    while true {
        if let ending = try readHeader(&source, isFirst: isFirst) { return ending }
        isFirst = false
        inflater.reset()
        repeat {
            if chunk.buffer.free == 0 { try target.exchange(&chunk, consumed: source.consumed) }
            guard try source.fill() else { throw GzipProblem.unexpectedEnd }
        } while try !source.inflate(by: &inflater, into: &chunk.buffer)
        chunk.ending = .member(checksum: try readNumber(&source), size: try readNumber(&source))
        try target.exchange(&chunk, consumed: source.consumed)
    }
}

/// Reads the header of the next member, or finds that there is none.
///
/// After the first member, zeros are ignored; anything else that is not a member is ignored with a warning. A single byte
/// other than zero is an unexpected end, as in gzip: it may be the first of a member.
private func readHeader(_ source: inout ChunkSource, isFirst: Bool) throws -> Chunk.Ending? {
    var parser = GzipHeaderParser()
    var byte = try source.next()
    if !isFirst {
        if byte == nil { return .end(trailingGarbage: false) }
        if byte == 0 {
            repeat { byte = try source.next() } while byte == 0
            return .end(trailingGarbage: byte != nil)
        }
    }
    do {
        while let next = byte {
            if try parser.consume(next) { return nil }
            byte = try source.next()
        }
        throw GzipProblem.unexpectedEnd
    } catch GzipProblem.notGzip where !isFirst {
        return .end(trailingGarbage: true)
    }
}

/// Four bytes, the lowest first.
private func readNumber(_ source: inout ChunkSource) throws -> UInt32 {
    var number: UInt32 = 0
    for shift in 0..<4 {
        guard let byte = try source.next() else { throw GzipProblem.unexpectedEnd }
        number |= UInt32(byte) << (8 * shift)
    }
    return number
}
