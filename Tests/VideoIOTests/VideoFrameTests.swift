import Testing
import VideoIO

@Suite("Video frame")
struct VideoFrameTests {
    /// Averages of the covered areas, in double precision and one sample at a time.
    private func areaAverage(_ frame: VideoFrame, width: Int, height: Int) -> [Double] {
        var result: [Double] = []
        let (scaleX, scaleY) = (Double(frame.width) / Double(width), Double(frame.height) / Double(height))
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<3 {
                    var (sum, area) = (0.0, 0.0)
                    for y in 0..<frame.height {
                        let coverY = min(Double(y + 1), Double(row + 1) * scaleY) - max(Double(y), Double(row) * scaleY)
                        guard coverY > 0 else { continue }
                        for x in 0..<frame.width {
                            let right = min(Double(x + 1), Double(column + 1) * scaleX)
                            let coverX = right - max(Double(x), Double(column) * scaleX)
                            guard coverX > 0 else { continue }
                            sum += coverX * coverY * Double(frame.pixels[(y * frame.width + x) * 3 + channel])
                            area += coverX * coverY
                        }
                    }
                    result.append(sum / area)
                }
            }
        }
        return result
    }

    @Test(
        "Reducing averages what each pixel covers", arguments: [(16, 12), (7, 5), (1, 1), (31, 22), (5, 23), (32, 2)])
    func reducing(width: Int, height: Int) {
        let frame = TestClip.frame(3, width: 32, height: 23)
        let reduced = frame.resized(toWidth: width, height: height)
        #expect(reduced.width == width && reduced.height == height)
        for (sample, expected) in zip(reduced.pixels, areaAverage(frame, width: width, height: height)) {
            #expect(abs(Double(sample) - expected) <= 0.51)
        }
    }

    @Test("Enlarging interpolates between pixel centres and keeps the edges")
    func enlarging() {
        let frame = VideoFrame(width: 2, height: 1, pixels: [0, 100, 255, 200, 100, 0])
        let large = frame.resized(toWidth: 4, height: 2)
        let row: [UInt8] = [0, 100, 255, 50, 100, 191, 150, 100, 64, 200, 100, 0]
        #expect(large.pixels == row + row)
        #expect(frame.resized(toWidth: 2, height: 1) == frame)
        let single = VideoFrame(width: 1, height: 1, red: 9, green: 8, blue: 7)
        #expect(single.resized(toWidth: 3, height: 2) == VideoFrame(width: 3, height: 2, red: 9, green: 8, blue: 7))
    }

    @Test("The fitting size keeps the shape and never grows")
    func fitting() {
        let frame = VideoFrame(width: 200, height: 100, red: 0, green: 0, blue: 0)
        #expect(frame.sizeFitting(maximumWidth: 50, maximumHeight: 50) == (50, 25))
        #expect(frame.sizeFitting(maximumWidth: 1000, maximumHeight: 10) == (20, 10))
        #expect(frame.sizeFitting(maximumWidth: 1000, maximumHeight: 1000) == (200, 100))
        #expect(frame.sizeFitting(maximumWidth: 1, maximumHeight: 1) == (1, 1))
    }

    @Test("Cropping and setting side by side undo each other")
    func composition() {
        let frame = TestClip.frame(0, width: 12, height: 8)
        let left = frame.cropped(x: 0, y: 0, width: 5, height: 8)
        let right = frame.cropped(x: 5, y: 0, width: 7, height: 8)
        #expect(VideoFrame.sideBySide([left, right]) == frame)
        let apart = VideoFrame.sideBySide([left, right.cropped(x: 0, y: 2, width: 7, height: 4)], gap: 3)
        #expect(apart.width == 15 && apart.height == 8)
        #expect(apart.cropped(x: 8, y: 0, width: 7, height: 4) == right.cropped(x: 0, y: 2, width: 7, height: 4))
        let black = VideoFrame(width: 3, height: 8, red: 0, green: 0, blue: 0)
        #expect(apart.cropped(x: 5, y: 0, width: 3, height: 8) == black)
        #expect(
            apart.cropped(x: 8, y: 4, width: 7, height: 4) == VideoFrame(width: 7, height: 4, red: 0, green: 0, blue: 0)
        )
    }
}
