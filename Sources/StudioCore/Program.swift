import Foundation

/// The program's own name and version.
package enum Program {
    package static let version = "0.1.0"
    /// Tells one build of the program from another: the file that runs, also where a newer one has taken its place.
    package static let build: String = {
        var status = stat()
        guard stat("/proc/self/exe", &status) == 0 else { return version }
        return "\(version) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }()

    /// As recipes and files name it.
    package static let nameAndVersion = "turbo2k \(version)"
}
