import Foundation

/// How often the system has ended programs to get memory back, here and in this process's control group.
struct OutOfMemoryCount: Equatable {
    private let machine: Int
    private let group: Int

    static var now: OutOfMemoryCount {
        OutOfMemoryCount(machine: count("oom_kill ", in: "/proc/vmstat"), group: groupCount)
    }

    private static var groupCount: Int {
        let lines = ((try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "").split(separator: "\n")
        let own = lines.first { $0.hasPrefix("0::") }.map { "/sys/fs/cgroup" + $0.dropFirst(3) }
        // Inside a container the group's own path does not exist; its figures are then at the root.
        return ["/sys/fs/cgroup", own ?? ""].map { count("oom_kill ", in: $0 + "/memory.events") }.reduce(0, +)
    }

    private static func count(_ key: String, in path: String) -> Int {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").first { $0.hasPrefix(key) }.flatMap { Int($0.dropFirst(key.count)) } ?? 0
    }
}
