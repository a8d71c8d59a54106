import Foundation

/// Decodes a component's configuration from JSON and turns the decoder's complaints into ``ModelError``.
enum ConfigurationReader {
    /// - Parameters:
    ///   - type: what to decode.
    ///   - json: the component's own object, without an outer key.
    ///   - component: its name in error messages, such as `"video transformer"`.
    /// - Returns: the decoded value.
    /// - Throws: ``ModelError``.
    static func decode<Value: Decodable>(_ type: Value.Type, from json: String, component: String) throws(ModelError)
        -> Value
    {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(json.utf8))
        } catch let error as ModelError {
            throw error
        } catch DecodingError.keyNotFound(let key, _) {
            throw .missingSetting(component: component, key: key.stringValue)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .unreadableConfiguration(component: component, reason: "\"\(path)\": \(context.debugDescription)")
        } catch {
            throw .unreadableConfiguration(component: component, reason: "\(error)")
        }
    }

    /// Checks a setting of which one value is implemented; an absent setting means that value.
    static func require<Value: Equatable>(
        _ value: Value?, in supported: [Value], key: String, component: String
    ) throws(ModelError) {
        guard let value, !supported.contains(value) else { return }
        throw .unsupportedSetting(
            component: component, key: key, value: "\(value)",
            supported: supported.map { "\($0)" }.joined(separator: " or "))
    }

    /// Checks that a count is positive.
    static func requirePositive(_ value: Int, key: String, component: String) throws(ModelError) {
        guard value < 1 else { return }
        throw .unsupportedSetting(component: component, key: key, value: "\(value)", supported: "positive")
    }
}
