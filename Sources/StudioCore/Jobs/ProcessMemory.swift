import Foundation

/// Memory of this process and of the machine, from `/proc`.
package enum ProcessMemory {
    /// The most this process has had in memory, bytes; 0 where the system does not say.
    package static var peakBytes: Int { kibibytes("VmHWM:", in: "/proc/self/status") * 1024 }

    /// What is in memory now, bytes.
    package static var residentBytes: Int { kibibytes("VmRSS:", in: "/proc/self/status") * 1024 }

    /// All of the machine's memory, bytes.
    package static var machineBytes: Int { kibibytes("MemTotal:", in: "/proc/meminfo") * 1024 }

    /// What programs could still get, bytes.
    package static var availableBytes: Int { kibibytes("MemAvailable:", in: "/proc/meminfo") * 1024 }

    private static func kibibytes(_ key: String, in file: String) -> Int {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) })
        else { return 0 }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}

/// Sizes as people read them.
package enum ByteText {
    /// `1.2 MiB`, `5.6 GiB`.
    package static func short(_ bytes: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(max(bytes, 0))
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let isShort = unit > 0 && value < 99.95
        return (isShort ? DurationText.oneDecimal(value) : String(Int(value.rounded()))) + " " + units[unit]
    }
}
