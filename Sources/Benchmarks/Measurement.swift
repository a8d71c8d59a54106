/// One line of a report: how long something took, and how that compares with what the machine can do.
package struct Measurement: Sendable, Codable, Equatable {
    /// The case and its shape, for example `linear.2304x2048x8192`.
    package var name: String
    /// The arithmetic; nil where it has none of its own.
    package var precision: String?
    package var seconds: Timing
    /// Arithmetic operations of one run, a multiply-add counted as two.
    package var operations: Double?
    /// Bytes that one run has to read and write at least.
    package var bytes: Double?
    /// Operations per second as a fraction of the peak of this precision, measured in the same run of the program.
    package var fractionOfPeak: Double?
    /// False for figures computed from others.
    package var isMeasured = true
    /// Further figures; units are in their names.
    package var details: [String: Double] = [:]
    /// What the reader must know to understand the figure.
    package var note: String?

    package init(name: String, precision: String? = nil, seconds: Timing) {
        self.name = name
        self.precision = precision
        self.seconds = seconds
    }

    /// 10⁹ operations per second.
    package var gigaOperationsPerSecond: Double? { operations.map { $0 / seconds.median / 1e9 } }
    /// 10⁹ bytes per second.
    package var gigabytesPerSecond: Double? { bytes.map { $0 / seconds.median / 1e9 } }

    private enum CodingKeys: String, CodingKey {
        case name, precision, seconds, operations, bytes, details, note
        case fractionOfPeak = "fraction_of_peak"
        case isMeasured = "measured"
        case gigaOperationsPerSecond = "gflops_per_s"
        case gigabytesPerSecond = "gb_per_s"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        precision = try values.decodeIfPresent(String.self, forKey: .precision)
        seconds = try values.decode(Timing.self, forKey: .seconds)
        operations = try values.decodeIfPresent(Double.self, forKey: .operations)
        bytes = try values.decodeIfPresent(Double.self, forKey: .bytes)
        fractionOfPeak = try values.decodeIfPresent(Double.self, forKey: .fractionOfPeak)
        isMeasured = try values.decode(Bool.self, forKey: .isMeasured)
        details = try values.decodeIfPresent([String: Double].self, forKey: .details) ?? [:]
        note = try values.decodeIfPresent(String.self, forKey: .note)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encodeIfPresent(precision, forKey: .precision)
        try values.encode(seconds, forKey: .seconds)
        try values.encodeIfPresent(operations, forKey: .operations)
        try values.encodeIfPresent(gigaOperationsPerSecond, forKey: .gigaOperationsPerSecond)
        try values.encodeIfPresent(bytes, forKey: .bytes)
        try values.encodeIfPresent(gigabytesPerSecond, forKey: .gigabytesPerSecond)
        try values.encodeIfPresent(fractionOfPeak, forKey: .fractionOfPeak)
        try values.encode(isMeasured, forKey: .isMeasured)
        if !details.isEmpty { try values.encode(details, forKey: .details) }
        try values.encodeIfPresent(note, forKey: .note)
    }
}
