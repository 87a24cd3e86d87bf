//! The program as a process, with what it stores in a temporary directory.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tempfile::TempDir;

pub(crate) struct Program {
    path: PathBuf,
    data: TempDir,
    address: SocketAddr,
    process: Child,
    kills: Vec<Timestamp>,
    memory_kib: Vec<u64>,
}

impl Program {
    pub(crate) fn start(path: PathBuf) -> Self {
        assert!(path.exists(), "{} is not built: cargo build", path.display());
        let data = TempDir::new().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let process = spawn(&path, &data, address);
        Self { path, data, address, process, kills: Vec::new(), memory_kib: Vec::new() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// When it was killed.
    pub(crate) fn kills(&self) -> &[Timestamp] {
        &self.kills
    }

    pub(crate) fn kill_and_restart(&mut self) {
        self.process.kill().unwrap(); // SIGKILL
        self.process.wait().unwrap();
        self.kills.push(Timestamp::now());
        self.process = spawn(&self.path, &self.data, self.address);
    }

    /// Notes how much memory it has resident, where the system tells.
    pub(crate) fn note_memory(&mut self) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        self.memory_kib.extend(kib);
    }

    pub(crate) fn print_memory(&self) {
        let mib: Vec<_> = self.memory_kib.iter().map(|kib| (kib / 1024).to_string()).collect();
        println!("memory in MiB, from the last restart on: {}", mib.join(" "));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(path: &PathBuf, data: &TempDir, address: SocketAddr) -> Child {
    let log = File::options().create(true).append(true).open(data.path().join("log")).unwrap();
    let process = Command::new(path)
        .args(["--listen", &address.to_string(), "--data-dir"])
        .arg(data.path().join("data"))
        .args(["--meetings-per-day", "0", "--invitations-per-day", "0", "--changes-per-day", "0"])
        .args(["--pending-reminders", "0"])
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the program doesn't start");
        thread::sleep(Duration::from_millis(50));
    }
    process
}
