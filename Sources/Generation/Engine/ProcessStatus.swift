import Foundation

/// What the system says about memory.
enum ProcessStatus {
    /// Peak resident bytes of this process.
    static var peakBytes: Int { kibibytes("VmHWM:", in: "/proc/self/status") * 1024 }

    /// Bytes that new allocations may take: free memory, capped by the control group's limit.
    static var availableBytes: Int {
        let system = kibibytes("MemAvailable:", in: "/proc/meminfo") * 1024
        guard let limit = number("/sys/fs/cgroup/memory.max"), let used = number("/sys/fs/cgroup/memory.current") else {
            return system
        }
        return min(system, max(0, limit - used))
    }

    private static func number(_ path: String) -> Int? {
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private static func kibibytes(_ key: String, in path: String) -> Int {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) })
        else { return 0 }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
