import Foundation

/// The computer a job runs on, as far as its speed depends on it.
package struct Machine: Sendable, Hashable {
    /// The CPU's name.
    package var name: String
    package var coreCount: Int

    /// The instructions it has of those that make the arithmetic fast, as Linux names them.
    package var features: [String]

    package init(name: String, coreCount: Int, features: [String] = []) {
        self.name = name
        self.coreCount = coreCount
        self.features = features
    }

    package static let current: Machine = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let flags = Set(value(of: ["flags", "Features"], in: text)?.split(separator: " ").map(String.init) ?? [])
        return Machine(
            name: value(of: ["model name", "Hardware", "CPU part"], in: text) ?? "unknown CPU",
            coreCount: ProcessInfo.processInfo.activeProcessorCount, features: fastFeatures.filter(flags.contains))
    }()

    private static let fastFeatures = [
        "avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "avx_vnni", "amx_bf16", "amx_int8", "asimd", "bf16",
    ]

    /// What stands behind the first of these keys that `/proc/cpuinfo` has.
    private static func value(of keys: [String], in text: String) -> String? {
        for key in keys {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
                let colon = line.firstIndex(of: ":")
            else { continue }
            return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return nil
    }
}

/// A process that can be told from a later one with the same number.
package struct ProcessIdentity: Sendable, Hashable {
    /// `pid:start`, start in clock ticks since the machine started.
    package var text: String

    package static var current: ProcessIdentity {
        let pid = ProcessInfo.processInfo.processIdentifier
        return ProcessIdentity(text: "\(pid):\(startTime(of: pid) ?? "0")")
    }

    /// Whether the process still runs.
    package var isAlive: Bool {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let pid = Int32(parts[0]), let start = Self.startTime(of: pid) else { return false }
        return start == parts[1]
    }

    package init(text: String) {
        self.text = text
    }

    /// Whether there is a process of that number.
    static func isRunning(_ pid: pid_t) -> Bool { startTime(of: pid) != nil }

    /// Field 22 of `/proc/PID/stat`; nil where there is no such process, or only its remains.
    private static func startTime(of pid: Int32) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            // The second field is the program's name in brackets, which may hold spaces and brackets itself.
            let close = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return String(fields[19])
    }
}
