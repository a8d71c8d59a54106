/// Reads a theme from TOML, `turbo2k.theme.v1`.
enum ThemeFile {
    static let schema = "turbo2k.theme.v1"

    /// Wrong values are reported and left out; only text that is not TOML fails.
    static func parse(
        _ text: String, file: String, fallbackName: String
    ) throws(StudioError) -> (theme: Theme, problems: [FileProblem]) {
        var reader = TOMLReader(try TOMLDocument(text: text, file: file))
        reader.checkSchema(schema)
        var theme = Theme(name: fallbackName)
        if let name = reader.string("name") {
            if let reason = PresetName.problem(name) {
                reader.report("name", reason)
            } else {
                theme.name = name
            }
        }
        theme.about = TextCleaning.oneLine(reader.string("about") ?? "")
        theme.kind = reader.choice("kind") ?? theme.kind
        theme.borders = reader.choice("borders") ?? theme.borders
        theme.textContrast = reader.number("contrast", in: 4.5...21) ?? theme.textContrast
        theme.tokens = reader.table("color", readTokens) ?? [:]
        reader.reportUnknownKeys()
        return (theme, reader.problems)
    }

    private static func readTokens(_ reader: inout TOMLReader) -> [ThemeRole: Theme.Token] {
        var tokens: [ThemeRole: Theme.Token] = [:]
        for role in ThemeRole.allCases {
            tokens[role] = readToken(role.rawValue, &reader)
        }
        return tokens
    }

    /// `"terminal"`, `"#rrggbb"`, `"bright-red"`, or a table of `hex`, `ansi16` and `bold`.
    private static func readToken(_ key: String, _ reader: inout TOMLReader) -> Theme.Token? {
        switch reader.value(key) {
        case .none: return nil
        case .string(let text):
            if let token = token(text) { return token }
            reader.report(key, badColor(text))
            return nil
        default:
            return reader.table(key) { table in
                var token = Theme.Token(isBold: table.boolean("bold") ?? false)
                if let text = table.string("hex") {
                    token.hex = RGBColor(hex: text)
                    if token.hex == nil { table.report("hex", badColor(text)) }
                }
                if let text = table.string("ansi16") {
                    token.ansi = ANSIColor(name: text)
                    if token.ansi == nil { table.report("ansi16", badName(text)) }
                }
                return token
            }
        }
    }

    private static func token(_ text: String) -> Theme.Token? {
        if text == "terminal" { return .terminal }
        if let color = RGBColor(hex: text) { return Theme.Token(hex: color) }
        return ANSIColor(name: text).map { Theme.Token(ansi: $0) }
    }

    private static func badColor(_ text: String) -> String {
        "must be \"#rrggbb\", \"terminal\" or a colour's name, is \"\(TextCleaning.shortened(text, to: 40))\"."
    }

    private static func badName(_ text: String) -> String {
        let advice = NearestName.of(text, in: ANSIColor.allCases.map(\.name)).map { " Did you mean \"\($0)\"?" } ?? ""
        return "must name one of the 16 colours, is \"\(TextCleaning.shortened(text, to: 40))\".\(advice)"
    }
}
