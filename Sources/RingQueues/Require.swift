/// If the condition is false, ends the process with a message that names the rule. Release builds print the message, too;
/// `precondition` does not print one there.
@inlinable
@inline(__always)
package func require(
    _ condition: Bool, _ rule: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line
) {
    if !condition { fatalError(rule(), file: file, line: line) }
}
