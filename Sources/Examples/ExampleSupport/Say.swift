package import ProgramSupport

/// Writes a line to standard output immediately. Any thread may call it: lines may come in any order, but each in one piece.
package func say(_ line: String) throws(SystemError) { try StandardOutput.write(line + "\n") }

/// Writes a line to standard error. A failure of that cannot be reported.
package func remark(_ line: String) { StandardError.write(line + "\n") }
