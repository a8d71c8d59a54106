import Foundation

/// Whether `name` matches a shell pattern such as `grad.*`.
func matchesShellPattern(_ name: String, _ pattern: String) -> Bool {
    fnmatch(pattern, name, 0) == 0
}
