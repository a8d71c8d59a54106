/// Names of presets, which are also names of files.
package enum PresetName {
    /// Why a name cannot be used, as the end of a sentence; nil if it can.
    package static func problem(_ name: String) -> String? {
        if name.isEmpty { return "must not be empty." }
        if name.count > 40 { return "must have 1 to 40 characters, has \(name.count)." }
        if name.utf8.count > 200 { return "is too long for a file name." }
        if name.hasPrefix(".") || name.hasPrefix("-") { return "must not begin with \".\" or \"-\"." }
        if name != name.trimmingCharacters { return "must not begin or end with a space." }
        if name.contains("/") || TextCleaning.oneLine(name) != name {
            return "must not contain \"/\" or control characters."
        }
        return nil
    }

    static func check(_ name: String) throws(StudioError) {
        if let reason = problem(name) {
            throw .badValue("The name \"\(TextCleaning.shortened(name, to: 60))\" \(reason)")
        }
    }
}

extension String {
    fileprivate var trimmingCharacters: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
