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
