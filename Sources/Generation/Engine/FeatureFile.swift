import Foundation
import VideoIO
import WeightFiles

/// Feature pictures beside their draft, so that they are made once.
enum FeatureFile {
    static let name = "features.safetensors"
    private static let prefix = "block."

    static func write(_ pictures: [FeaturePicture], in folder: URL) throws {
        let tensors = pictures.compactMap { picture in
            picture.frames.first.map { first in
                SafetensorsWriter.Entry(
                    prefix + String(picture.block), dtype: .uint8,
                    shape: [picture.frames.count, first.height, first.width, 3], bytes: picture.frames.flatMap(\.pixels)
                )
            }
        }
        try SafetensorsWriter.write(tensors, metadata: [:], to: folder.appending(path: name).path)
    }

    /// Nil where there are none, or none that can be read: they are made again then.
    static func read(in folder: URL) -> [FeaturePicture]? {
        guard let file = try? SafetensorsFile(path: folder.appending(path: name).path) else { return nil }
        let pictures = file.names.compactMap { picture(named: $0, in: file) }.sorted { $0.block < $1.block }
        return pictures.isEmpty ? nil : pictures
    }

    private static func picture(named name: String, in file: SafetensorsFile) -> FeaturePicture? {
        guard name.hasPrefix(prefix), let block = Int(name.dropFirst(prefix.count)), let raw = try? file.raw(name),
            raw.dtype == .uint8, raw.shape.count == 4, raw.shape[3] == 3, raw.shape.allSatisfy({ $0 > 0 })
        else { return nil }
        let (height, width) = (raw.shape[1], raw.shape[2])
        let bytes = raw.withUnsafeBytes { [UInt8]($0) }
        let size = height * width * 3
        return FeaturePicture(
            block: block,
            frames: (0..<raw.shape[0]).map {
                VideoFrame(width: width, height: height, pixels: Array(bytes[$0 * size..<($0 + 1) * size]))
            })
    }
}
