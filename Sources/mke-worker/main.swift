// The worker: works on jobs, one line of JSON each, until its standard input ends, and says what
// happens on standard output, one event a line. `mke-worker --about` says what it can do, as JSON.

import Dataflow
import Foundation
import Work

switch Array(CommandLine.arguments.dropFirst()) {
case []:
  await WorkerLoop.run { job, emit in try await workerWork.run(job, emit: emit) }
case ["--about"]:
  print(About().json)
default:
  FileHandle.standardError.write(
    Data("mke-worker: error: it takes jobs on its standard input, or --about\n".utf8))
  exit(64)
}
