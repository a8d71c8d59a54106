import Testing
import WeightFiles

@Suite("Reading JSON")
struct JSONReaderTests {
    @Test("Every kind of value is read")
    func readsValues() throws {
        let value = try JSONReader.read(
            #" {"n":null,"t":true,"f":false,"i":-12,"d":1.5e-3,"s":"a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00","l":[1,[],{}]} "#
        )
        #expect(value["n"]?.isNull == true)
        #expect(value["t"]?.bool == true)
        #expect(value["f"]?.bool == false)
        #expect(value["i"] == .integer(-12))
        #expect(value["d"]?.double == 0.0015)
        #expect(value["s"]?.string == "a\"\\/\u{8}\u{c}\n\r\téé😀")
        #expect(value["l"]?.array == [.integer(1), .array([]), .object([:])])
    }

    @Test("Whole numbers keep every digit, and larger ones become numbers")
    func readsIntegers() throws {
        #expect(try JSONReader.read("9223372036854775807") == .integer(.max))
        #expect(try JSONReader.read("9223372036854775808") == .number(0x1p63))
        #expect(try JSONReader.read("8.0").int == 8)
        #expect(try JSONReader.read("8.5").int == nil)
    }

    @Test(
        "Text that is not JSON is refused",
        arguments: [
            "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "[1 2]", "01", "-", "1.", ".5", "1e",
            "1e999",
            "+1", "tru", "nul", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
            "\"a\nb\"", "1 2", "NaN", "Infinity", "'a'", "/* */1", "{\"a\":1,\"a\":2}",
            String(repeating: "[", count: 100_000),
        ])
    func refusesMalformedText(text: String) {
        #expect(throws: JSONReader.SyntaxError.self) { try JSONReader.read(text) }
    }

    @Test("What is written is read back")
    func roundTrip() throws {
        let value = JSONValue.object([
            "a": .array([.integer(1), .number(0.1), .number(1e-06), .null, .bool(true)]),
            "quote\" \\ \u{1} \n é": .string("\u{1f} 😀 \t"),
        ])
        #expect(try JSONReader.read(value.description) == value)
    }
}
