import Foundation

/// Memory of this process and of the machine, as the system tells; 0 where it does not.
package enum ProcessMemory {
    /// Peak resident bytes of this process.
    package static var peakBytes: Int { kibibytes("VmHWM:", in: "/proc/self/status") * 1024 }

    /// What is in memory now, bytes.
    package static var residentBytes: Int { kibibytes("VmRSS:", in: "/proc/self/status") * 1024 }

    /// All of the machine's memory, bytes.
    package static var machineBytes: Int { kibibytes("MemTotal:", in: "/proc/meminfo") * 1024 }

    /// Bytes this process holds that no file backs, so that only it can give them back.
    package static var ownBytes: Int { kibibytes("RssAnon:", in: "/proc/self/status") * 1024 }

    /// Gives pages back that freed memory still holds: the C library keeps them for later unless it is told. Its header
    /// for that is not part of what Swift imports.
    static func giveBackFreed() {
        typealias MallocTrim = @convention(c) (Int) -> Int32
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: MallocTrim.self)(0)
    }

    /// Bytes that new allocations may take: the system's, capped by the limits of the control groups around this process.
    package static var availableBytes: Int {
        let system = kibibytes("MemAvailable:", in: "/proc/meminfo") * 1024
        return controlGroups.compactMap(\.availableBytes).reduce(system, min)
    }

    /// This process's control group and those around it, in both versions of the interface.
    private static var controlGroups: [ControlGroup] {
        let lines = ((try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "").split(separator: "\n")
        // Inside a container the group's own path does not exist; its limits are then those at the root.
        var groups = [ControlGroup(folder: "/sys/fs/cgroup", isUnified: true)]
        groups.append(ControlGroup(folder: "/sys/fs/cgroup/memory", isUnified: false))
        for line in lines {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[0] == "0"
            guard isUnified || fields[1].split(separator: ",").contains("memory") else { continue }
            var path = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
            for part in fields[2].split(separator: "/") {
                path += "/" + part
                groups.append(ControlGroup(folder: path, isUnified: isUnified))
            }
        }
        return groups
    }

    /// The memory limit of one control group.
    private struct ControlGroup {
        let folder: String
        let isUnified: Bool

        /// Nil without a limit. Cached file pages count as used but are given back on demand.
        var availableBytes: Int? {
            guard let limit = number(isUnified ? "memory.max" : "memory.limit_in_bytes"),
                let used = number(isUnified ? "memory.current" : "memory.usage_in_bytes")
            else { return nil }
            return max(0, limit - used + cachedBytes)
        }

        private var cachedBytes: Int {
            let text = (try? String(contentsOfFile: "\(folder)/memory.stat", encoding: .utf8)) ?? ""
            let key = isUnified ? "inactive_file " : "total_inactive_file "
            return text.split(separator: "\n").first { $0.hasPrefix(key) }
                .flatMap { Int($0.dropFirst(key.count)) } ?? 0
        }

        private func number(_ name: String) -> Int? {
            (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
    }

    private static func kibibytes(_ key: String, in path: String) -> Int {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) })
        else { return 0 }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
