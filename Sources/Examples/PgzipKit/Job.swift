import Glibc
import ProgramSupport

/// The work on one file: which files are opened, named, kept and removed. Follows gzip.
struct Job {
    private let file: PathName
    private let options: Options
    /// Whether the input file is to be replaced by the output file.
    private let inPlace: Bool

    init(_ file: PathName, _ options: Options) {
        self.file = file
        self.options = options
        inPlace = !file.isDash && !options.toStdout && options.output == nil
    }

    func run() throws(Failure) {
        let input = try openInput()
        var output = try openOutput(for: input)
        try checkTerminal(input, output.sink)
        var hasTrailingGarbage = false
        do {
            if options.decompress {
                hasTrailingGarbage = try Decompression(input: input, output: output.sink, quiet: options.quiet).run()
            } else {
                try compression(of: input, to: output.sink).run()
            }
        } catch {
            throw error as? Failure ?? Failure(nil, "\(error)")
        }
        if input.isRegular && input.path != nil { output.imitate(input.facts) } else { output.useDefaultMode() }
        try output.commit()
        if inPlace && !options.keep, let path = input.path {
            let code = path.unlink()
            if code != 0 { throw Failure(input.name, errno: code) }
        }
        if hasTrailingGarbage {
            throw warning(input.name, "decompression OK, trailing garbage ignored")
        }
    }

    private func compression(of input: Input, to output: Sink) -> Compression {
        let isNamed = input.path != nil && input.isRegular
        let header = GzipHeader.bytes(
            name: isNamed ? file.last : [],
            modified: isNamed ? input.facts.st_mtim.tv_sec : 0,
            level: options.level.rawValue)
        // More threads than blocks would have nothing to do.
        let blocks = input.remaining.map { $0 / Block.size + 1 } ?? options.processes
        return Compression(
            input: input, output: output, header: header, level: options.level.rawValue,
            workers: min(options.processes, blocks), quiet: options.quiet)
    }

    private func openInput() throws(Failure) -> Input {
        if file.isDash { return try Input() }
        let input = try openFile()
        if input.isDirectory { throw warning(input.name, "is a directory -- ignored") }
        if inPlace {
            guard input.isRegular else { throw warning(input.name, "is not a directory or a regular file - ignored") }
            let links = input.facts.st_nlink - 1
            if links > 0 && !options.force && !options.keep {
                throw warning(input.name, "has \(links) other link\(links == 1 ? "" : "s") -- unchanged")
            }
        }
        return input
    }

    private func openFile() throws(Failure) -> Input {
        let followLinks = !inPlace || options.force
        let compressed = file.appending(".gz")
        if options.decompress, file.facts(followLinks: false) == nil, errno == ENOENT,
            compressed.facts(followLinks: false) != nil
        {
            return try Input(path: compressed, followLinks: followLinks)
        }
        return try Input(path: file, followLinks: followLinks)
    }

    private func openOutput(for input: Input) throws(Failure) -> OutputFile {
        if let path = options.output, !path.isDash { return try OutputFile(named: path, replace: options.force) }
        guard inPlace, let source = input.path else { return OutputFile() }
        if options.decompress {
            guard let path = source.decompressed else {
                throw warning(input.name, "unknown suffix -- ignored")
            }
            return try OutputFile(inPlace: path, replace: options.force)
        }
        if let suffix = source.suffix {
            throw warning(input.name, "already has \(suffix) suffix -- unchanged")
        }
        return try OutputFile(inPlace: source.appending(".gz"), replace: options.force)
    }

    private func checkTerminal(_ input: Input, _ output: Sink) throws(Failure) {
        if options.force { return }
        if options.decompress && isatty(input.descriptor) == 1 {
            throw Failure(nil, "compressed data not read from a terminal. Use -f to force decompression.")
        }
        if !options.decompress && isatty(output.descriptor) == 1 {
            throw Failure(nil, "compressed data not written to a terminal. Use -f to force compression.")
        }
    }

    private func warning(_ file: String, _ message: String) -> Failure {
        Failure(file, message, status: Failure.warning)
    }
}
