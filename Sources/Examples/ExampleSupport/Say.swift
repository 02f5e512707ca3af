package import ProgramSupport

/// Writes a line to standard output at once. From any thread: lines may come in any order, but each in one piece.
package func say(_ line: String) throws(SystemError) { try StandardOutput.write(line + "\n") }

/// Writes a line to standard error. There is nobody to tell if that fails.
package func remark(_ line: String) { StandardError.write(line + "\n") }
