//! Fifty who write and ten who pull, for a while.

use crate::{
    puller::{self, Base},
    writer::{self, Tally, Work},
};
use ruyuan_domain::{RecordId, ScopeId, UserId, wire::Role};
use ruyuan_server::{
    auth::session::COOKIE,
    secret::Token,
    store::{Account, Grant, Store},
};
use std::{
    sync::{Arc, Mutex, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};

pub const WRITERS: u64 = 50;
pub const PULLERS: u64 = 10;

/// What everybody of one run shares.
pub struct World {
    pub ports: Vec<u16>,
    pub until: Instant,
    /// Everybody has written.
    pub written: AtomicBool,
    /// Firms that move, and where each was last heard of.
    pub firms: Mutex<Vec<(RecordId, String)>>,
}

/// What became of a run.
pub struct Run {
    pub written: Vec<Tally>,
    pub pulled: Vec<Base>,
    lasted: Duration,
}

/// Makes the people of a run: their cookies, writers first.
pub async fn people(store: &dyn Store) -> Vec<String> {
    let mut cookies = Vec::new();
    for number in 0..WRITERS + PULLERS {
        let account = Account {
            user: UserId::from_u128(u128::from(number) + 1),
            user_name: format!("person{number}"),
            display_name: format!("人{number}"),
            password_hash: "-".to_owned(),
        };
        let grants = [Grant::open(Role::Manager, ScopeId::city())];
        assert!(store.insert_account(&account, &grants, 0).await.unwrap());
        let token = Token::draw().unwrap();
        store
            .open_session(&token.hash(), account.user, 0, i64::MAX)
            .await
            .unwrap();
        cookies.push(format!("{COOKIE}={}", token.text()));
    }
    cookies
}

/// Lets everybody work on servers at these ports for so long.
pub async fn run(ports: Vec<u16>, cookies: &[String], lasts: Duration) -> Run {
    let began = Instant::now();
    let world = Arc::new(World {
        ports,
        until: began + lasts,
        written: AtomicBool::new(false),
        firms: Mutex::default(),
    });
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let work = match number % 10 {
                0..3 => Work::Adds,
                3..8 => Work::Edits,
                _ => Work::Moves,
            };
            let cookie = cookies[usize::try_from(number).unwrap()].clone();
            tokio::spawn(writer::write(Arc::clone(&world), number, work, cookie))
        })
        .collect();
    let pullers: Vec<_> = (0..PULLERS)
        .map(|number| {
            let cookie = cookies[usize::try_from(WRITERS + number).unwrap()].clone();
            tokio::spawn(puller::pull(Arc::clone(&world), number, cookie))
        })
        .collect();
    let mut written = Vec::new();
    for writer in writers {
        written.push(writer.await.unwrap());
    }
    let lasted = began.elapsed();
    world.written.store(true, Ordering::SeqCst);
    let mut pulled = Vec::new();
    for puller in pullers {
        pulled.push(puller.await.unwrap());
    }
    Run {
        written,
        pulled,
        lasted,
    }
}

impl Run {
    /// The figures, for people.
    pub fn figures(&self) -> String {
        let seconds = self.lasted.as_secs_f64();
        let sum = |of: fn(&Tally) -> u64| self.written.iter().map(of).sum::<u64>();
        let pushes = self.written.iter().flat_map(|tally| tally.took.clone());
        let pulls = self.pulled.iter().flat_map(|base| base.took.clone());
        let many = |times: &[Duration]| times.len() as f64 / seconds;
        let (pushes, pulls): (Vec<_>, Vec<_>) = (sorted(pushes), sorted(pulls));
        format!(
            "{seconds:.1} s, {} added, {} moves, {:.0} mutations/s\n  \
             pushes: {:.0}/s, {}, {} told to come again\n  pulls:  {:.0}/s, {}, {} told to come again",
            sum(|tally| tally.added),
            sum(|tally| tally.moved),
            sum(|tally| tally.mutations) as f64 / seconds,
            many(&pushes),
            spread(&pushes),
            sum(|tally| tally.busy),
            many(&pulls),
            spread(&pulls),
            self.pulled.iter().map(|base| base.busy).sum::<u64>(),
        )
    }
}

fn sorted(times: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times
}

fn spread(times: &[Duration]) -> String {
    let at = |share: usize| {
        let index = (times.len() * share / 100).min(times.len().saturating_sub(1));
        times.get(index).map_or(0, |took| took.as_millis())
    };
    format!("half within {} ms, 95 % within {} ms", at(50), at(95))
}
