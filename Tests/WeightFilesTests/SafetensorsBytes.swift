import Foundation

/// A safetensors file made by hand, so that tests can make broken ones.
struct SafetensorsBytes {
    var header: String
    var data: [UInt8] = []
    /// The announced length; nil: the true one.
    var announcedLength: UInt64?

    /// Two F32 tensors, `a` of shape [2] and `b` of shape [1, 3].
    static let valid = SafetensorsBytes(
        header:
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1,3],"data_offsets":[8,20]}}"#,
        data: [Float](arrayLiteral: 1, 2, 3, 4, 5).withUnsafeBytes { Array($0) })

    var bytes: Data {
        let text = Array(header.utf8)
        let length = (announcedLength ?? UInt64(text.count)).littleEndian
        return Data(withUnsafeBytes(of: length) { Array($0) } + text + data)
    }
}
