extension String {
    /// The text with everything a terminal could act on written as `\u{…}`: control, format and invisible characters.
    ///
    /// Names and messages that come from a file pass through here before they reach an error text.
    package var escapedForDisplay: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `escapedForDisplay`, at most `limit` characters long with an ellipsis in place of the rest.
    package func excerpt(_ limit: Int = 120) -> String {
        let text = prefix(limit + 1)
        return text.count > limit ? String(text.dropLast()).escapedForDisplay + "…" : escapedForDisplay
    }
}
