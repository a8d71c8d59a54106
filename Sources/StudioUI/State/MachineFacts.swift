/// The machine as the title row shows it.
package struct MachineFacts: Sendable, Equatable {
    package var usedBytes: Int?
    package var totalBytes: Int?
    package var freeDiskBytes: Int?
    package var threadCount: Int?
    /// Programs that wanted a core in the last minute, on average.
    package var loadAverage: Double?
    package var coreCount: Int?
    /// What the first core runs at, and what it could; nil where the system does not tell.
    package var gigahertz: Double?
    package var mostGigahertz: Double?

    package init(
        usedBytes: Int? = nil, totalBytes: Int? = nil, freeDiskBytes: Int? = nil, threadCount: Int? = nil,
        loadAverage: Double? = nil, coreCount: Int? = nil, gigahertz: Double? = nil, mostGigahertz: Double? = nil
    ) {
        self.usedBytes = usedBytes
        self.totalBytes = totalBytes
        self.freeDiskBytes = freeDiskBytes
        self.threadCount = threadCount
        self.loadAverage = loadAverage
        self.coreCount = coreCount
        self.gigahertz = gigahertz
        self.mostGigahertz = mostGigahertz
    }

    /// `load average 31 on 16 cores`, where more than the engine wants the cores, or `CPU at 2.1 of 3.4 GHz`; nil where
    /// nothing speaks for either.
    package var slowReason: String? {
        if let loadAverage, let coreCount, loadAverage >= 1.5 * Double(coreCount) {
            return
                "load average \(Format.short(loadAverage.rounded())) on \(coreCount) core\(coreCount == 1 ? "" : "s")"
        }
        guard let gigahertz, let mostGigahertz, gigahertz < 0.75 * mostGigahertz else { return nil }
        return "CPU at \(Format.fixed(gigahertz, 1)) of \(Format.fixed(mostGigahertz, 1)) GHz"
    }
}
