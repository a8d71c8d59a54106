package import VideoIO

extension VideoFrame {
    /// This frame minus another: middle grey where they are equal, lighter where this one is. The other one is brought
    /// to this one's size.
    package func difference(from other: VideoFrame) -> VideoFrame {
        let same = other.width == width && other.height == height
        let other = same ? other : other.resized(toWidth: width, height: height)
        let count = pixels.count
        let values = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            pixels.withUnsafeBufferPointer { new in
                other.pixels.withUnsafeBufferPointer { old in
                    for index in 0..<count {
                        let change = 128 + Int(new[index]) - Int(old[index])
                        output[index] = UInt8(min(max(change, 0), 255))
                    }
                }
            }
            filled = count
        }
        return VideoFrame(width: width, height: height, pixels: values)
    }
}
