// The worker: reads jobs from standard input, one line of JSON each, works on them one after the
// other, and says what happens on standard output, one event a line.
//
//   mke-worker             works until its input ends, and ends with it
//   mke-worker --job FILE  works on the one job in FILE
//   mke-worker --about     what it can do, as JSON

import Foundation
import Tensors
import Work

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments == ["--about"] {
  print(About().json)
} else if arguments.isEmpty {
  await JobLoop(.takingOverStandardOutput()).run()
} else if arguments.count == 2, arguments[0] == "--job" {
  let succeeded = await JobLoop(.takingOverStandardOutput()).run(file: arguments[1])
  exit(succeeded ? 0 : 1)
} else {
  FileHandle.standardError.write(
    Data(
      "mke-worker: error: it takes jobs on its standard input, or --job FILE, or --about\n".utf8))
  exit(64)
}
