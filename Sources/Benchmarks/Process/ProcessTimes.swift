import Foundation

/// CPU time as Linux tells it; 0 elsewhere.
enum ProcessTimes {
    /// Seconds a process, with all its threads, has computed.
    static func cpuSeconds(of process: Int32) -> Double {
        // The name in brackets may hold blanks; user and system time are the 12th and 13th field behind it.
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13 else { return 0 }
        let ticks = (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Ticks all cores have computed, and all ticks there were.
    static func machineTicks() -> (busy: Double, all: Double) {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = text.split(separator: "\n").first
        else { return (0, 0) }
        let fields = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        let all = fields.prefix(8).reduce(0, +)
        // The 4th and 5th are idle time and waiting for disks.
        return (all - fields.dropFirst(3).prefix(2).reduce(0, +), all)
    }
}
