/// The machine as the title row shows it.
package struct MachineFacts: Sendable, Equatable {
    package var usedBytes: Int?
    package var totalBytes: Int?
    package var freeDiskBytes: Int?
    package var threadCount: Int?
    /// Programs that wanted a core in the last minute, on average.
    package var loadAverage: Double?
    package var coreCount: Int?

    package init(
        usedBytes: Int? = nil, totalBytes: Int? = nil, freeDiskBytes: Int? = nil, threadCount: Int? = nil,
        loadAverage: Double? = nil, coreCount: Int? = nil
    ) {
        self.usedBytes = usedBytes
        self.totalBytes = totalBytes
        self.freeDiskBytes = freeDiskBytes
        self.threadCount = threadCount
        self.loadAverage = loadAverage
        self.coreCount = coreCount
    }

    /// `load average 31 on 16 cores`, where more than the engine wants the cores; nil where nothing speaks for that.
    var slowReason: String? {
        guard let loadAverage, let coreCount, loadAverage >= 1.5 * Double(coreCount) else { return nil }
        return "load average \(Format.short(loadAverage.rounded())) on \(coreCount) core\(coreCount == 1 ? "" : "s")"
    }
}
