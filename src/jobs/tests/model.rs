//! The state machine against a model small enough to be right at a glance: random requests in random order, and after
//! each turn every job is in the state the model says, with the attempts it says.

use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;

use super::*;
use crate::jobs::claim::{Ack, Claim, End, Release};
use crate::jobs::draft::Draft;
use crate::jobs::openings::Openings;
use crate::jobs::priority::Levels;
use crate::jobs::slots::Slots;
use crate::jobs::turn::{self, Given};
use crate::jobs::{rescue, retry};

const WORKERS: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    Enqueue {
        priority: Priority,
        delay: u64,
        max_attempts: u32,
    },
    /// Ends the attempt of one of all claims ever made, most of which are no longer running.
    Finish {
        claim: Index,
        succeeds: bool,
    },
    Release {
        claim: Index,
    },
    Cancel {
        job: Index,
    },
    Retry {
        job: Index,
    },
    Advance {
        seconds: u64,
    },
    /// The process dies and another one opens the file.
    Die,
}

fn step() -> impl Strategy<Value = Step> {
    let priority = prop_oneof![Just(Priority::High), Just(Priority::Default), Just(Priority::Low)];
    prop_oneof![
        4 => (priority, prop_oneof![Just(0), 1_u64..100], 1_u32..4)
            .prop_map(|(priority, delay, max_attempts)| Step::Enqueue { priority, delay, max_attempts }),
        6 => (any::<Index>(), any::<bool>()).prop_map(|(claim, succeeds)| Step::Finish { claim, succeeds }),
        1 => any::<Index>().prop_map(|claim| Step::Release { claim }),
        1 => any::<Index>().prop_map(|job| Step::Cancel { job }),
        1 => any::<Index>().prop_map(|job| Step::Retry { job }),
        2 => (0_u64..60).prop_map(|seconds| Step::Advance { seconds }),
        1 => Just(Step::Die),
    ]
}

#[derive(Debug, Clone, PartialEq)]
struct ModelJob {
    state: &'static str,
    priority: Priority,
    due_at: i64,
    attempts: u32,
    max_attempts: u32,
    reprieved: bool,
}

impl ModelJob {
    fn is(&self, claim: &Claim) -> bool {
        self.state == "running" && self.attempts == claim.attempt
    }

    fn waits(&self) -> bool {
        matches!(self.state, "scheduled" | "retrying")
    }
}

struct World {
    store: Store,
    now: i64,
    next_due: Option<Timestamp>,
    has_backlog: bool,
    claims: Vec<Claim>,
    /// The job with id n is at n - 1.
    model: Vec<ModelJob>,
}

impl World {
    fn new() -> Self {
        let store = Store::memory(Database::Queue).unwrap();
        Self { store, now: NOON, next_due: None, has_backlog: false, claims: Vec::new(), model: Vec::new() }
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let request = self.apply_to_model(step);
        if let Step::Die = step {
            self.store.write(|tx| rescue::rescue(tx, self.time())).unwrap();
            self.has_backlog = true;
        }
        self.turn(&request)?;
        self.compare()
    }

    /// The request of a step, and what the model makes of it.
    fn apply_to_model(&mut self, step: &Step) -> Request {
        match step {
            Step::Enqueue { priority, delay, max_attempts } => {
                let due_at = self.now + i64::try_from(*delay).unwrap() * 1000;
                let state = if *delay == 0 { "queued" } else { "scheduled" };
                let (priority, max_attempts) = (*priority, *max_attempts);
                self.model.push(ModelJob {
                    state,
                    priority,
                    due_at,
                    attempts: 0,
                    max_attempts,
                    reprieved: false,
                });
                let id = JobId(i64::try_from(self.model.len()).unwrap());
                let delay = Duration::from_secs(*delay);
                let new = NewJob { priority, delay, max_attempts, ..job(id, "job") };
                Request::Enqueue(vec![Draft::encode(new).unwrap()])
            }
            Step::Finish { claim, succeeds } => match self.claim(claim) {
                Some(claim) => {
                    self.finish_in_model(&claim, *succeeds);
                    let end = if *succeeds {
                        End::Completed { output: String::new(), jobs: Vec::new() }
                    } else {
                        End::Failed(JobError {
                            message: "no".to_owned(),
                            stack: Vec::new(),
                            report: String::new(),
                        })
                    };
                    let now = self.time();
                    Request::Finish(Box::new(Ack {
                        claim,
                        started_at: now,
                        finished_at: now,
                        took: Duration::ZERO,
                        end,
                    }))
                }
                None => Request::Look,
            },
            Step::Release { claim } => match self.claim(claim) {
                Some(claim) => {
                    let job = self.job(claim.tag.id);
                    if job.is(&claim) {
                        job.state = "queued";
                        job.attempts -= 1;
                    }
                    let release =
                        Release { id: claim.tag.id, attempt: claim.attempt, started_at: Some(self.time()) };
                    Request::Release(vec![release])
                }
                None => Request::Look,
            },
            Step::Cancel { job } if !self.model.is_empty() => {
                let job = job.get_mut(&mut self.model);
                if job.waits() || matches!(job.state, "queued" | "running") {
                    job.state = "cancelled";
                }
                Request::Cancel(self.id_of(step))
            }
            Step::Retry { job } if !self.model.is_empty() => {
                let now = self.now;
                let job = job.get_mut(&mut self.model);
                if job.waits() || matches!(job.state, "dead" | "cancelled") {
                    job.state = "queued";
                    job.due_at = now;
                    job.max_attempts = job.max_attempts.max(job.attempts + 1);
                }
                Request::Retry(self.id_of(step))
            }
            Step::Advance { seconds } => {
                self.now += i64::try_from(*seconds).unwrap() * 1000;
                Request::Look
            }
            Step::Die => {
                for job in self.model.iter_mut().filter(|job| job.state == "running") {
                    job.state = "queued";
                    if job.attempts == job.max_attempts && job.reprieved {
                        job.state = "dead";
                    } else if job.attempts == job.max_attempts {
                        job.max_attempts += 1;
                        job.reprieved = true;
                    }
                }
                Request::Look
            }
            Step::Cancel { .. } | Step::Retry { .. } => Request::Look,
        }
    }

    fn finish_in_model(&mut self, claim: &Claim, succeeds: bool) {
        let now = self.now;
        let job = self.job(claim.tag.id);
        if !job.is(claim) {
            return;
        }
        job.state = match succeeds {
            true => "completed",
            false if job.attempts == job.max_attempts => "dead",
            false => "retrying",
        };
        if job.state == "retrying" {
            let wait = retry::delay(job.attempts, 1.0, retry::seed(claim.tag.id.0, job.attempts));
            let due_at = Timestamp::from_millisecond(now).unwrap() + wait;
            job.due_at = due_at.as_millisecond();
        }
    }

    /// One turn, and what it does to the model by itself: what is due becomes ready, free workers claim.
    fn turn(&mut self, request: &Request) -> Result<(), TestCaseError> {
        let now = self.now;
        for job in self.model.iter_mut().filter(|job| job.waits() && job.due_at <= now) {
            job.state = "queued";
        }
        let slots = self.slots_before_claims();
        let effects = self
            .store
            .write(|tx| {
                let given = Given {
                    now: self.time(),
                    retry_scale: 1.0,
                    openings: Openings::new(slots, Levels::default(), 0),
                    has_backlog: self.has_backlog,
                    next_due: self.next_due,
                };
                turn::run(tx, given, std::iter::once(request))
            })
            .unwrap();
        self.next_due = effects.next_due;
        self.has_backlog = effects.has_backlog;
        for (claim, _) in effects.claims {
            let job = self.job(claim.tag.id);
            prop_assert_eq!(job.state, "queued", "claimed {:?}", claim.tag.id);
            job.state = "running";
            job.attempts += 1;
            prop_assert_eq!((claim.attempt, claim.max_attempts), (job.attempts, job.max_attempts));
            self.claims.push(claim);
        }
        let is_high_waiting =
            self.model.iter().any(|job| job.state == "queued" && job.priority == Priority::High);
        let busy = self.model.iter().filter(|job| job.state == "running").count();
        prop_assert_eq!(is_high_waiting && busy < WORKERS, false, "a worker is free and a high job waits");
        Ok(())
    }

    /// The workers as the model has them after the request, which is when claims are made.
    fn slots_before_claims(&self) -> Slots {
        let mut busy = Levels::default();
        for job in self.model.iter().filter(|job| job.state == "running") {
            *busy.get_mut(job.priority) += 1;
        }
        Slots { workers: WORKERS, busy }
    }

    fn compare(&self) -> Result<(), TestCaseError> {
        let rows: Vec<(String, u32, u32, i64)> = self
            .store
            .read(|db| {
                let sql = "SELECT id, state, attempt, max_attempts, due_at FROM live UNION ALL
                           SELECT id, state, attempt, max_attempts, due_at FROM history ORDER BY id";
                let mut statement = db.prepare(sql)?;
                let rows = statement
                    .query_map([], |row| Ok((row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
                rows.collect()
            })
            .unwrap();
        let model =
            self.model.iter().map(|job| (job.state.to_owned(), job.attempts, job.max_attempts, job.due_at));
        prop_assert_eq!(rows, model.collect::<Vec<_>>());
        Ok(())
    }

    fn claim(&self, index: &Index) -> Option<Claim> {
        if self.claims.is_empty() { None } else { Some(index.get(&self.claims).clone()) }
    }

    fn job(&mut self, id: JobId) -> &mut ModelJob {
        self.model.get_mut(usize::try_from(id.0 - 1).unwrap()).unwrap()
    }

    fn id_of(&self, step: &Step) -> JobId {
        let (Step::Cancel { job } | Step::Retry { job }) = step else { unreachable!("no id in {step:?}") };
        JobId(i64::try_from(job.index(self.model.len()) + 1).unwrap())
    }

    fn time(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now).unwrap()
    }
}

proptest! {
    #[test]
    fn every_job_is_where_the_model_says(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step)?;
        }
    }
}
