package import Foundation

/// Dates in the history and in recipes: `2026-01-31T14:30:25Z`.
package enum HistoryDate {
    private static let style = Date.ISO8601FormatStyle(timeZone: .gmt)

    package static func text(_ date: Date) -> String {
        date.formatted(style)
    }

    package static func date(_ text: String) -> Date? {
        try? style.parse(text)
    }
}
