/// Takes typed values out of one table of a TOML file and notes what is wrong with them.
///
/// Wrong values and unknown keys become ``FileProblem``s; the value is then nil and the default holds.
struct TOMLReader {
    let document: TOMLDocument
    private let path: [String]
    private let table: [String: TOMLDocument.Value]
    private var used: Set<String> = []
    private(set) var problems: [FileProblem] = []

    init(_ document: TOMLDocument) {
        self.init(document, path: [], table: document.root)
    }

    private init(_ document: TOMLDocument, path: [String], table: [String: TOMLDocument.Value]) {
        self.document = document
        self.path = path
        self.table = table
    }

    mutating func report(_ key: String, _ text: String) {
        let line = document.line(of: path + [key])
        problems.append(FileProblem(file: document.file, line: line, text: "\"\(key)\" \(text)"))
    }

    mutating func value(_ key: String) -> TOMLDocument.Value? {
        used.insert(key)
        return table[key]
    }

    mutating func string(_ key: String) -> String? {
        switch value(key) {
        case .string(let text): return text
        case .none: return nil
        case .some(let other):
            report(key, "must be a string, is \(other.kindName).")
            return nil
        }
    }

    mutating func boolean(_ key: String) -> Bool? {
        switch value(key) {
        case .boolean(let flag): return flag
        case .none: return nil
        case .some(let other):
            report(key, "must be true or false, is \(other.kindName).")
            return nil
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        switch value(key) {
        case .integer(let number):
            if range.contains(number) { return number }
            report(key, "must be \(range.lowerBound) to \(range.upperBound), is \(number).")
            return nil
        case .none: return nil
        case .some(let other):
            report(key, "must be a whole number, is \(other.kindName).")
            return nil
        }
    }

    mutating func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        let found: Double
        switch value(key) {
        case .integer(let number): found = Double(number)
        case .number(let number): found = number
        case .none: return nil
        case .some(let other):
            report(key, "must be a number, is \(other.kindName).")
            return nil
        }
        if range.contains(found) { return found }
        report(
            key, "must be \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound)), is \(Self.short(found)).")
        return nil
    }

    /// A list of numbers.
    mutating func numbers(_ key: String, in range: ClosedRange<Double>) -> [Double]? {
        guard let found = value(key) else { return nil }
        let numbers: [Double?]
        if case .array(let values) = found {
            numbers = values.map { value in
                switch value {
                case .integer(let number): Double(number)
                case .number(let number): number
                default: nil
                }
            }
        } else {
            numbers = [nil]
        }
        guard numbers.allSatisfy({ $0.map(range.contains) ?? false }) else {
            let bounds = "\(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
            report(key, "must be a list of numbers from \(bounds).")
            return nil
        }
        return numbers.compactMap { $0 }
    }

    /// A string that names a case of `Choice`.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) -> Choice? {
        guard let text = string(key) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map { "\"\($0.rawValue)\"" }
        let list = names.dropLast().joined(separator: ", ") + (names.count > 1 ? " or " : "") + (names.last ?? "")
        report(key, "must be \(list), is \"\(TextCleaning.shortened(text, to: 40))\".")
        return nil
    }

    /// Reads the table `key`; its problems become this reader's.
    mutating func table<Result>(_ key: String, _ read: (inout TOMLReader) -> Result) -> Result? {
        switch value(key) {
        case .table(let inner):
            var reader = TOMLReader(document, path: path + [key], table: inner)
            let result = read(&reader)
            reader.reportUnknownKeys()
            problems += reader.problems
            return result
        case .none: return nil
        case .some(let other):
            report(key, "must be a table, is \(other.kindName).")
            return nil
        }
    }

    /// Names every key nobody asked for, with the nearest one that exists.
    mutating func reportUnknownKeys() {
        for key in table.keys.filter({ !used.contains($0) }).sorted() {
            let place = path.isEmpty ? "" : " in [\(path.joined(separator: "."))]"
            let advice = NearestName.of(key, in: used).map { " Did you mean \"\($0)\"?" } ?? ""
            report(TextCleaning.oneLine(key), "is not a known key\(place) and is ignored.\(advice)")
        }
    }

    /// Checks `schema` and reads everything else.
    mutating func checkSchema(_ expected: String) {
        guard let found = string("schema"), found != expected else { return }
        report("schema", "must be \"\(expected)\", is \"\(TextCleaning.shortened(found, to: 40))\".")
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e9 ? String(Int(number)) : String(number)
    }
}
