/// The program's own name and version.
package enum Program {
    package static let version = "0.1.0"
    /// As recipes and files name it.
    package static let nameAndVersion = "turbo2k \(version)"
}
